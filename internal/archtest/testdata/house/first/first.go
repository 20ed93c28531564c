// Package first may use ground.
package first

import (
	_ "example.org/house/cellar"
	_ "example.org/house/light"
)
