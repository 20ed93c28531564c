// Package roof may use heavy, but no suite.
package roof

import (
	_ "example.org/heavy"
	_ "example.org/house/first/firsttest"
)
