package remote

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

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

// checkURL repeats no more of a URL than its host: the rest may hold a password.
func checkURL(what, text string, plainText bool) error {
	u, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("introspection client: %s is not a URL", what)
	}
	switch {
	case u.Host == "" || u.Opaque != "":
		return fmt.Errorf("introspection client: %s is not an absolute URL", what)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return fmt.Errorf("introspection client: %s at %s has user information, a query or a fragment", what, u.Host)
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return fmt.Errorf("introspection client: %s at %s is neither https nor http", what, u.Host)
	case !plainText && !loopback(u.Hostname()):
		return fmt.Errorf("introspection client: %s at %s is plain http: tokens and the client secret could be read on the way", what, u.Host)
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

// transport keeps enough connections for a busy service; the standard one keeps two per host and dials anew for the third question.
func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := standard.Clone()
	t.MaxIdleConnsPerHost = 64
	return t
}
