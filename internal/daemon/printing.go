package daemon

import "fmt"

// Format says where it is: package fmt would not ask the secrets in it how they print.
func (d Daemon) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "daemon at ", d.url) }
