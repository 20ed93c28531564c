package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/introspectd/introspectd/internal/outbound"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// Discover finds the endpoint in the metadata of c.Issuer (RFC 8414), and makes a client that asks there and believes that issuer alone.
func Discover(ctx context.Context, c Config) (*Client, error) {
	switch {
	case c.Endpoint != "":
		return nil, errors.New("introspection client: the endpoint is given already")
	case c.Issuer == "":
		return nil, errors.New("introspection client: no issuer to discover")
	}
	if err := checkURL("issuer", c.Issuer, c.PlainText); err != nil {
		return nil, err
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	m, err := metadata(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("discover %s: %w", c.Issuer, err)
	}
	if c.Endpoint, err = m.endpoint(c.Issuer); err != nil {
		return nil, fmt.Errorf("discover %s: %w: %w", c.Issuer, session.ErrUnavailable, err)
	}
	return New(c)
}

// document is metadata by exact name: the standard decoder would take a name in any case for a struct's field.
type document map[string]json.RawMessage

func metadata(ctx context.Context, c Config) (document, error) {
	at, err := oauth.MetadataURL(c.Issuer, oauth.WellKnownAuthorizationServer)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return nil, err
	}
	client := outbound.Client(c.HTTPClient)
	if c.HTTPClient == nil {
		defer client.CloseIdleConnections() // the connections are this call's own
	}
	body, err := fetch(client, req, introspect.MaxAnswer)
	if err != nil {
		return nil, err
	}
	var m document
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("%w: metadata: %w", session.ErrUnavailable, err)
	}
	return m, nil
}

func (m document) endpoint(issuer string) (string, error) {
	var stated, endpoint string
	// RFC 8414 §3.3: identical, or whoever can write anywhere on the host can be the issuer.
	if err := json.Unmarshal(m["issuer"], &stated); err != nil || stated != issuer {
		return "", fmt.Errorf("the metadata's issuer is %.100q", stated)
	}
	if err := json.Unmarshal(m["introspection_endpoint"], &endpoint); err != nil || endpoint == "" {
		return "", errors.New("the metadata has no introspection_endpoint")
	}
	if strings.HasPrefix(issuer, "https:") && !strings.HasPrefix(endpoint, "https:") {
		return "", errors.New("the introspection_endpoint is less protected than the issuer")
	}
	const methods = "introspection_endpoint_auth_methods_supported"
	if raw, ok := m[methods]; ok {
		var supported []string
		if err := json.Unmarshal(raw, &supported); err != nil || !slices.Contains(supported, "client_secret_basic") {
			return "", errors.New("the introspection endpoint does not take client_secret_basic")
		}
	}
	return endpoint, nil
}
