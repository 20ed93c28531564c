package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/internal/outbound"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Settings are a guard's configuration in words, as they stand in a service's file or environment.
type Settings struct {
	Mode     string // introspect, introspect-cached, ttl-cache, jwt, jwt-lease
	Issuer   string // its metadata says where to ask, and where its keys are
	Audience string

	// ClientID and Secret are those of the API at the issuer, needed in the modes that ask. In mode jwt, a guard that has them asks about
	// handles.
	ClientID string
	Secret   oauth.Secret

	TTL        time.Duration // ttl-cache
	Stale      string        // jwt-lease: introspect, reject, accept-until-exp; introspect when empty
	Algorithms string        // jwt, jwt-lease: one or several, separated by spaces; EdDSA when empty, with which introspectd signs by default

	Resource string // the API's own URL
	Scopes   string // separated by spaces

	// PlainText allows questions over http to other machines: tokens and the secret can then be read on the way. Keys are not fetched so.
	PlainText  bool
	HTTPClient *http.Client // nil: one with bounds of its own
}

// Discover asks the issuer for its metadata (RFC 8414) and makes a guard of what it says. Change may set what Settings have no word for.
func Discover(ctx context.Context, s Settings, change ...func(*Config)) (*Guard, error) {
	mode, err := ParseMode(s.Mode)
	if err != nil {
		return nil, err
	}
	cfg := Config{
		Mode: mode, Issuer: s.Issuer, Audience: s.Audience, TTL: s.TTL, Stale: Stale(s.Stale), Resource: s.Resource, Scopes: strings.Fields(s.Scopes),
	}
	if !mode.signed() || s.ClientID != "" {
		cfg.Introspector, err = remote.Discover(ctx, remote.Config{
			Issuer: s.Issuer, Audience: s.Audience, ClientID: s.ClientID, Secret: s.Secret, PlainText: s.PlainText, HTTPClient: s.HTTPClient,
		})
		if err != nil {
			return nil, fmt.Errorf("guard: %w", err)
		}
	}
	if mode.signed() {
		if err := s.keys(ctx, &cfg); err != nil {
			return nil, fmt.Errorf("guard: discover %s: %w", s.Issuer, err)
		}
	}
	for _, f := range change {
		f(&cfg)
	}
	return New(cfg)
}

func (s *Settings) keys(ctx context.Context, cfg *Config) error {
	for _, name := range strings.Fields(s.Algorithms) {
		cfg.Algorithms = append(cfg.Algorithms, jwks.Algorithm(name))
	}
	if len(cfg.Algorithms) == 0 {
		cfg.Algorithms = []jwks.Algorithm{jwks.EdDSA}
	}
	described, err := s.described(ctx)
	if err != nil {
		return err
	}
	at, err := s.endpoint(described, "jwks_uri")
	if err != nil {
		return err
	}
	source, err := jwks.NewSource(jwks.Config{URL: at, Client: s.HTTPClient})
	if err != nil {
		return err
	}
	cfg.Keys = source
	if cfg.Mode == JWTLease {
		cfg.Fence, err = s.fence(described, source)
	}
	return err
}

// described is the issuer's metadata, if they are its own (RFC 8414 §3.3).
func (s *Settings) described(ctx context.Context) (*jwks.Object, error) {
	at, err := oauth.MetadataURL(s.Issuer, oauth.WellKnownAuthorizationServer)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(at); err != nil || u.Scheme != "https" && !outbound.Loopback(u.Hostname()) {
		return nil, errors.New("keys are not looked for over plain http: whoever is on the way could name his own")
	}
	body, err := s.fetch(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	object, err := jwks.ParseObject(body)
	if err != nil {
		return nil, fmt.Errorf("%w: metadata: %w", session.ErrUnavailable, err)
	}
	if stated, _ := object.Value("issuer").Text(); stated != s.Issuer {
		return nil, fmt.Errorf("%w: the metadata's issuer is %.100q", session.ErrUnavailable, stated)
	}
	return &object, nil
}

// endpoint is a URL in the metadata.
func (s *Settings) endpoint(described *jwks.Object, member string) (string, error) {
	at, _ := described.Value(member).Text()
	switch {
	case at == "":
		return "", fmt.Errorf("%w: the metadata has no %s", session.ErrUnavailable, member)
	case strings.HasPrefix(s.Issuer, "https:") && !strings.HasPrefix(at, "https:"):
		return "", fmt.Errorf("%w: the %s is less protected than the issuer", session.ErrUnavailable, member)
	}
	return at, nil
}

// fence follows the issuer's revocation feed. A key that is taken back is not believed any more, whatever the set that is published says.
func (s *Settings) fence(described *jwks.Object, keys *jwks.Source) (Fence, error) {
	at, err := s.endpoint(described, "revocation_feed_endpoint")
	if err != nil {
		return nil, err
	}
	feed, err := remote.NewFeed(remote.Config{
		Endpoint: at, ClientID: s.ClientID, Secret: s.Secret, PlainText: s.PlainText, HTTPClient: s.HTTPClient,
	})
	if err != nil {
		return nil, err
	}
	return revocation.NewSubscriber(revocation.SubscriberConfig{Feed: feed, Applied: func(entries []revocation.Entry) { dropFrom(keys, entries) }})
}

const (
	maxMetadata = 64 << 10 // ours are below 4 KiB
	patience    = 5 * time.Second
)

func (s *Settings) fetch(ctx context.Context, at string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", oauth.MediaJSON)
	client := http.Client{}
	if s.HTTPClient != nil {
		client = *s.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the issuer is where it says it is
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the metadata's status is %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadata+1))
	if err == nil && len(body) > maxMetadata {
		err = errors.New("the metadata are too long")
	}
	return body, err
}
