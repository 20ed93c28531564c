package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/introspectd/introspectd/hybrid"
)

// check holds the settings against each other, and against what would silently switch something off. It names every problem.
func (s *Settings) check(origin map[string]string) error {
	var errs []error
	refuse := func(name, format string, args ...any) {
		errs = append(errs, &Problem{strings.TrimPrefix(origin[name], "file "), name, fmt.Sprintf(format, args...)})
	}
	for _, d := range []struct {
		name       string
		value, min time.Duration
		max        time.Duration
		zero       bool
	}{
		{"access-token-ttl", s.AccessTokenTTL, time.Second, s.SessionTTL, false},
		{"session-ttl", s.SessionTTL, time.Second, 100 * 366 * 24 * time.Hour, false},
		{"session-idle-ttl", s.SessionIdleTTL, time.Second, s.SessionTTL, true},
		{"refresh-window", s.RefreshWindow, time.Millisecond, s.SessionTTL, true},
		{"jwt-ttl", s.JWTTTL, time.Second, hybrid.MaxLife, false},
		{"key-lead", s.KeyLead, time.Second, 30 * 24 * time.Hour, false},
		{"key-period", s.KeyPeriod, 2*s.KeyLead + 2*time.Hour, 10 * 366 * 24 * time.Hour, true},
		{"lease", s.Lease, 100 * time.Millisecond, time.Minute, false},
		{"sweep-interval", s.SweepInterval, time.Second, 24 * time.Hour, false},
		{"shutdown-delay", s.ShutdownDelay, time.Millisecond, 10 * time.Minute, true},
	} {
		if (d.value < d.min || d.value > d.max) && !(d.zero && d.value == 0) {
			refuse(d.name, "%s is not between %s and %s", d.value, d.min, d.max)
		}
	}
	if s.CacheEntries < 0 || s.CacheEntries > 10_000_000 {
		refuse("cache-entries", "%d is not between 0 and 10000000", s.CacheEntries)
	}
	oneOf := func(name, value string, among ...string) {
		for _, a := range among {
			if a == value {
				return
			}
		}
		refuse(name, "%q is not one of %s%s", value, strings.Join(among, ", "), Meant(value, "", among))
	}
	if s.JWTTTL%time.Second != 0 {
		refuse("jwt-ttl", "%s is not a whole number of seconds", s.JWTTTL)
	}
	oneOf("signing-alg", s.SigningAlg, "EdDSA", "ES256", "RS256")
	oneOf("log-level", s.LogLevel, "debug", "info", "warn", "error")
	oneOf("log-format", s.LogFormat, "json", "text", "auto")
	if s.AuditLog == "" {
		refuse("audit-log", "is empty: name a file, or stderr")
	}
	s.checkListening(refuse)
	return errors.Join(errs...)
}

func (s *Settings) checkListening(refuse func(name, format string, args ...any)) {
	if s.Listen == "" {
		refuse("listen", "is empty")
	}
	switch {
	case s.TLSCert != "" && s.TLSKey == "":
		refuse("tls-cert", "needs tls-key beside it")
	case s.TLSKey != "" && s.TLSCert == "":
		refuse("tls-key", "needs tls-cert beside it")
	}
	for _, door := range [][2]string{{"listen", s.Listen}, {"admin-listen", s.AdminListen}} {
		name, address := door[0], door[1]
		if address != "" && !s.TLS() && !s.AllowPlainHTTP && !Loopback(address) {
			refuse(name, "%q is not a loopback address: set tls-cert and tls-key, or allow-plain-http if something before this server ends TLS", address)
		}
	}
	if s.Issuer == "" {
		return
	}
	// RFC 8414 §2: no query, no fragment. Clients compare the issuer byte for byte, so a slash at the end would be one more spelling.
	u, err := url.Parse(s.Issuer)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		refuse("issuer", "%q is not a URL such as https://login.example.com", s.Issuer)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(s.Issuer, "?#"):
		refuse("issuer", "%q has more than scheme, host and path", u.Redacted())
	case strings.HasSuffix(s.Issuer, "/"):
		refuse("issuer", "%q ends in a slash: write %q", s.Issuer, strings.TrimRight(s.Issuer, "/"))
	}
}

// TLS reports whether the server has a certificate.
func (s *Settings) TLS() bool { return s.TLSCert != "" }

// Loopback reports whether an address can only be reached from this machine.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// IssuerFor is the issuer, or else the URL of an address that is listened on.
func (s *Settings) IssuerFor(address string) string {
	if s.Issuer != "" {
		return s.Issuer
	}
	return s.URL(address)
}

// URL is how a client on this machine reaches an address that is listened on, without a trailing slash.
func (s *Settings) URL(address string) string {
	scheme := "http"
	if s.TLS() {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return scheme + "://" + address
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// KeyPath is the file of the server keys: the one set, or the one beside an embedded database. There is none when the keys come by
// variable.
func (s *Settings) KeyPath() (string, error) {
	if s.KeyFile != "" {
		return s.KeyFile, nil
	}
	if path, ok := s.Database.File(); ok {
		return path + ".key", nil
	}
	return "", errors.New("a database that several nodes share needs --key-file or INTROSPECTD_KEY: each node must have the same keys")
}
