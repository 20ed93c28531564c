package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

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
	u, err := url.Parse(c.TokenEndpoint)
	c.Timeout = cmp.Or(c.Timeout, 5*time.Second)
	c.Capacity = cmp.Or(c.Capacity, 10_000)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("token exchange: the endpoint is not an absolute URL without credentials, query and fragment") // nor repeated: it may hold a password
	case u.Scheme != "https" && (u.Scheme != "http" || !c.PlainText && !loopback(u.Hostname())):
		return fmt.Errorf("token exchange: the endpoint at %s is not https: tokens and the client secret could be read on the way", u.Host)
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

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// httpClient never follows: the endpoint is the one that was configured.
func (c *Config) httpClient() *http.Client {
	client := http.Client{Transport: transport()}
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// transport keeps enough connections for a busy gateway; the standard one keeps two per host.
func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := standard.Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}
