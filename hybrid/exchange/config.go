package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/introspectd/introspectd/internal/outbound"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// Config says whom to ask, and as whom. Zero fields have the defaults named beside them.
type Config struct {
	TokenEndpoint string
	ClientID      string
	Secret        oauth.Secret

	Capacity   int           // 10,000: tokens remembered, at about a kilobyte each. Below 0: none.
	Timeout    time.Duration // 5 s: for one request
	PlainText  bool          // allow http to other machines: tokens and the secret can then be read on the way
	HTTPClient *http.Client  // its transport and cookie jar are used; redirects are never followed
}

const maxCapacity = 1_000_000

func (c *Config) check() error {
	c.Timeout = cmp.Or(c.Timeout, 5*time.Second)
	c.Capacity = cmp.Or(c.Capacity, 10_000)
	if err := outbound.CheckURL("the endpoint", c.TokenEndpoint, c.PlainText); err != nil {
		return fmt.Errorf("token exchange: %w", err)
	}
	switch {
	case c.ClientID == "":
		return errors.New("token exchange: no client id")
	case c.Secret.IsZero():
		return errors.New("token exchange: no client secret")
	case c.Timeout < 0:
		return errors.New("token exchange: timeout is negative")
	case c.Capacity > maxCapacity:
		return fmt.Errorf("token exchange: capacity is more than %d", maxCapacity)
	}
	return nil
}
