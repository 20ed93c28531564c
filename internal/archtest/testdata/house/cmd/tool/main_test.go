package main_test

import _ "example.org/house/cmd/tool"
