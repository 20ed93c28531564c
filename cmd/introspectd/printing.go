package main

import "fmt"

// Format says which database it works on: package fmt would not ask the secrets in it how they print.
func (d desk) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "desk at ", d.settings.Database) }
