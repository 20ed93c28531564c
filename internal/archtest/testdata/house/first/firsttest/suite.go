// Package firsttest is for tests.
package firsttest

import _ "example.org/house/first"
