// Package ground is what all stand on.
package ground

import (
	clock "time"

	_ "example.org/house/cellar"
	_ "example.org/house/roof"
)

// TODO(#7): a number makes it right.
func Age(born clock.Time) clock.Duration { return clock.Since(born) }

// TODO: no number.
var now = clock.Now

type Door struct {
	Name      string
	Password  string
	OldSecret string
	Secret    Safe
}
