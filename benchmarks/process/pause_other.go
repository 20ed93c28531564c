//go:build !unix

package process

import "errors"

var errPause = errors.New("processes cannot be paused on this system")

// Pause is for Unix.
func (c *Child) Pause() error { return errPause }

// Resume is for Unix.
func (c *Child) Resume() error { return errPause }

func (c *Child) wake() {}
