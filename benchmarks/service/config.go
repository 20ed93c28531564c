package service

import (
	"errors"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
)

// Kinds beside the guard's modes.
const (
	Unprotected = "unprotected" // takes everybody
	HS256       = "hs256"       // checks the HMAC of a JWT at each call, and remembers nothing
)

// Config is what a service is.
type Config struct {
	Kind     string // a guard's mode, or one of the above
	Issuer   string
	Links    []Link // first the one that users call; each calls the next
	TTL      time.Duration
	Stale    string
	Capacity int    // of the guard's memory; 0: its default
	Key      []byte // of HS256
}

// Link is one service of the row. ID and Secret are its own at the issuer.
type Link struct {
	Audience string
	Scope    string
	ID       string
	Secret   string
}

// maxLinks bounds the row; a real one of five is long already.
const maxLinks = 10

func (c *Config) check() error {
	switch {
	case len(c.Links) == 0 || len(c.Links) > maxLinks:
		return fmt.Errorf("service: %d links, want 1 to %d", len(c.Links), maxLinks)
	case c.Kind == HS256 && len(c.Key) < 32:
		return errors.New("service: HS256 needs a key of 32 bytes")
	case c.Kind == Unprotected || c.Kind == HS256:
		return nil
	case c.Issuer == "":
		return errors.New("service: no issuer")
	}
	_, err := guard.ParseMode(c.Kind)
	return err
}

// signed reports whether its callers bring internal tokens.
func (c *Config) signed() bool {
	return c.Kind == string(guard.JWT) || c.Kind == string(guard.JWTLease)
}
