package jwks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/introspectd/introspectd/internal/outbound"
)

// checkURL refuses what would let somebody on the way put his own keys in: plain HTTP, but for this machine.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return errors.New("key source: not an absolute URL without credentials and fragment")
	case u.Scheme == "https", u.Scheme == "http" && outbound.Loopback(u.Hostname()):
		return nil
	}
	return errors.New("key source: URL must be https, or http to a loopback address")
}

// withoutRedirects keeps the request where it was sent: another host might be anybody's.
func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	copied := *c
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &copied
}

// get asks once. An answer without a usable key is a failure: an issuer that signs has one, and the set that we have is better.
func (c *Config) get(old *snapshot, at time.Time) (*snapshot, error) {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	if old != nil && old.etag != "" {
		req.Header.Set("If-None-Match", old.etag)
	}
	resp, err := c.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch key set: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && old != nil && old.etag != "" {
		return &snapshot{old.set, old.etag, at}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch key set: status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxSetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("fetch key set: %w", err)
	}
	set, err := Parse(body)
	if err != nil {
		return nil, err
	}
	if set.Len() == 0 {
		return nil, errors.New("key set: no usable key in it")
	}
	return &snapshot{set, etag(resp), at}, nil
}

// etag is the answer's, if it is of a size to send back.
func etag(resp *http.Response) string {
	if tag := resp.Header.Get("ETag"); len(tag) <= 256 && !strings.ContainsAny(tag, "\r\n") {
		return tag
	}
	return ""
}

func (s Set) without(ids map[string]bool) Set {
	if len(ids) == 0 {
		return s
	}
	return Set{slices.DeleteFunc(s.Keys(), func(k Key) bool { return ids[k.ID] })}
}
