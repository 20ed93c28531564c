package session

import "time"

// Audience is a named API for which tokens are valid (RFC 8707 resource).
type Audience struct {
	Name    string
	Scopes  List          // what may be asked for there
	Callers List          // the clients that may hold tokens for it
	JWTTTL  time.Duration // life of an internal JWT for it; 0: the installation's default
}

// Audiences finds a registered API by its exact name.
type Audiences interface {
	Audience(name string) (Audience, bool)
}
