package config

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"listen", "lease", "access-token-ttl", "session-ttl", "audience"}
	for _, c := range []struct {
		name, want string
		ok         bool
	}{
		{"lisen", "listen", true},
		{"lsiten", "listen", true},
		{"access_token_ttl", "access-token-ttl", true},
		{"aud", "audience", true},
		{"audienc", "audience", true},
		{"xyzzy", "", false},
		{"", "", false},
	} {
		if got, ok := Nearest(c.name, names); got != c.want || ok != c.ok {
			t.Errorf("Nearest(%q) = %q, %v, want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
