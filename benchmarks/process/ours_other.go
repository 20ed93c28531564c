//go:build !unix

package process

import (
	"errors"
	"time"
)

// Ours is known on Unix only.
func Ours() (time.Duration, error) { return 0, errors.New("this system does not tell") }
