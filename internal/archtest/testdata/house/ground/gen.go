//go:build ignore

package main

import _ "example.org/house/cmd/tool"

func main() {}
