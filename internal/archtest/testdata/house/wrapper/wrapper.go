// Package wrapper is somebody else's, and drags heavy along.
package wrapper

import "example.org/heavy"

var Now = heavy.Now
