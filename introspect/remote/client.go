package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/introspectd/introspectd/internal/outbound"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// Client asks one introspection endpoint. It may be used by anybody at once.
type Client struct {
	cfg           Config // without the secret
	http          *http.Client
	authorization func() string // the header's value; a func prints as an address, also where fmt asks no field how to print
}

// New checks the configuration. It asks nobody yet.
func New(c Config) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	authorization := oauth.EncodeBasic(c.ClientID, c.Secret)
	c.Secret = oauth.Secret{}
	return &Client{c, outbound.Client(c.HTTPClient), func() string { return authorization }}, nil
}

// Format says whom it asks as whom.
func (c Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "client %s of %s", c.cfg.ClientID, c.cfg.Endpoint)
}

// maxForm is the longest form that introspectd reads.
const maxForm = 16 << 10

// Introspect asks. It implements [introspect.Introspector].
func (c *Client) Introspect(ctx context.Context, token session.Handle) (introspect.Answer, error) {
	form, ok := formOf(token)
	if !ok {
		return introspect.Answer{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	a, err := c.ask(ctx, form)
	if err != nil {
		return introspect.Answer{}, fmt.Errorf("introspect: %w", err)
	}
	return a, nil
}

// formOf is the request's body. There is none for what no server takes for a token: nothing, what is not UTF-8, what fits no request.
func formOf(token session.Handle) (form string, ok bool) {
	text := token.Reveal()
	if text == "" || !utf8.ValidString(text) {
		return "", false
	}
	form = oauth.ParamToken + "=" + url.QueryEscape(text)
	return form, len(form) <= maxForm
}

func (c *Client) ask(ctx context.Context, form string) (introspect.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.Endpoint, strings.NewReader(form))
	if err != nil {
		return introspect.Answer{}, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	req.Header.Set("Authorization", c.authorization())
	req.Header.Set("Content-Type", oauth.MediaForm)
	body, err := fetch(c.http, req, introspect.MaxAnswer)
	if err != nil {
		return introspect.Answer{}, err
	}
	a, err := introspect.ParseAnswer(body)
	if err != nil {
		return introspect.Answer{}, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	return c.believe(a)
}

// believe holds an answer against what is configured. What leaves out a member that is checked did not answer the question; what is
// there and names another API is a no.
func (c *Client) believe(a introspect.Answer) (introspect.Answer, error) {
	switch {
	case !a.Active:
		return introspect.Answer{}, nil
	case c.cfg.Issuer != "" && a.Issuer != c.cfg.Issuer:
		return introspect.Answer{}, fmt.Errorf("%w: the answer's iss is %.100q, want %q", session.ErrUnavailable, a.Issuer, c.cfg.Issuer)
	case c.cfg.Audience != "" && a.Audience == "":
		return introspect.Answer{}, errNoAudience
	case c.cfg.Audience != "" && !a.Audience.Has(c.cfg.Audience):
		return introspect.Answer{}, nil
	}
	return a, nil
}

var errNoAudience = fmt.Errorf("%w: the answer has no aud, and one is wanted", session.ErrUnavailable)

// ErrRejected means that the server answers, but not this client: wrong id or secret, or a client without the role. To ask again does not
// help; somebody has to look at the configuration.
var ErrRejected = errors.New("the introspection endpoint rejects this client")

// Close gives back idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
