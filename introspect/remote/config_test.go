package remote_test

import (
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
)

func TestNewTakesHTTPSOrLoopback(t *testing.T) {
	for _, endpoint := range []string{
		"https://id.example/introspect", "http://localhost:8080/introspect", "http://127.0.0.1:8080/introspect", "http://127.8.8.8/introspect",
		"http://[::1]:8080/introspect",
	} {
		if _, err := remote.New(remote.Config{Endpoint: endpoint, ClientID: "orders", Secret: secret}); err != nil {
			t.Errorf("New with %s: %v", endpoint, err)
		}
	}
	if _, err := remote.New(remote.Config{Endpoint: "http://id.internal/introspect", ClientID: "orders", Secret: secret, PlainText: true}); err != nil {
		t.Errorf("New with plain text allowed: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	good := remote.Config{Endpoint: "https://id.example/introspect", ClientID: "orders", Secret: secret}
	for _, c := range []struct {
		want   string
		change func(*remote.Config)
	}{
		{"absolute", func(c *remote.Config) { c.Endpoint = "" }},
		{"absolute", func(c *remote.Config) { c.Endpoint = "/introspect" }},
		{"absolute", func(c *remote.Config) { c.Endpoint = "id.example/introspect" }},
		{"not a URL", func(c *remote.Config) { c.Endpoint = "https://user:hunter2@id.example:port/" }},
		{"user information", func(c *remote.Config) { c.Endpoint = "https://user:hunter2@id.example/" }},
		{"user information", func(c *remote.Config) { c.Endpoint = "https://id.example/?token=hunter2" }},
		{"user information", func(c *remote.Config) { c.Endpoint = "https://id.example/#x" }},
		{"neither https", func(c *remote.Config) { c.Endpoint = "ftp://id.example/" }},
		{"plain http", func(c *remote.Config) { c.Endpoint = "http://id.example/" }},
		{"plain http", func(c *remote.Config) { c.Endpoint = "http://localhost.example/" }},
		{"plain http", func(c *remote.Config) { c.Endpoint = "http://127.0.0.1.example/" }},
		{"plain http", func(c *remote.Config) { c.Endpoint = "http://0.0.0.0/" }},
		{"client id", func(c *remote.Config) { c.ClientID = "" }},
		{"client secret", func(c *remote.Config) { c.Secret = oauth.Secret{} }},
		{"timeout", func(c *remote.Config) { c.Timeout = -time.Second }},
	} {
		cfg := good
		c.change(&cfg)
		_, err := remote.New(cfg)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("New with %q = %v, want an error about %q", cfg.Endpoint, err, c.want)
		}
	}
}
