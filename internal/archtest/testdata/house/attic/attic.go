// Package attic may use its own rooms.
package attic

import _ "example.org/house/attic/box"
