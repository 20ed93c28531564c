// Tool uses another tool.
package main

import _ "example.org/house/cmd/tool/part"

func main() {}
