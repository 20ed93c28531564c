// Package rooftest may use a suite of a lower floor.
package rooftest

import _ "example.org/house/first/firsttest"
