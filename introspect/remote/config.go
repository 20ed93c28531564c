package remote

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/introspectd/introspectd/internal/outbound"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// Config says whom to ask, and as whom. Zero durations and a nil HTTPClient mean the defaults.
type Config struct {
	Endpoint string // the introspection endpoint; [Discover] finds it
	ClientID string
	Secret   oauth.Secret

	// Issuer, when set, must be the iss of every active answer, byte for byte.
	Issuer string
	// Audience, when set, must be among the aud of every active answer. The server judges by the client who asks; set this where that
	// client stands for more than one API, or where the server is not ours.
	Audience string

	Timeout    time.Duration // for one question, 5 s
	PlainText  bool          // allow http to other machines: tokens and the secret can then be read on the way
	HTTPClient *http.Client  // its transport and cookie jar are used; redirects are never followed
}

func (c *Config) check() error {
	if err := checkURL("endpoint", c.Endpoint, c.PlainText); err != nil {
		return err
	}
	switch {
	case c.ClientID == "":
		return errors.New("introspection client: no client id")
	case c.Secret.IsZero():
		return errors.New("introspection client: no client secret")
	case c.Timeout < 0:
		return errors.New("introspection client: timeout is negative")
	}
	return nil
}

func checkURL(what, text string, plainText bool) error {
	if err := outbound.CheckURL(what, text, plainText); err != nil {
		return fmt.Errorf("introspection client: %w", err)
	}
	return nil
}
