package main

import "fmt"

// Format says where it is: package fmt would not ask the secrets in it how they print.
func (i *installation) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "installation at ", i.url) }
