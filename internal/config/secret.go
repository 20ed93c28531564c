package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
)

// Secret is a setting that does not print itself.
type Secret struct{ text string }

// Reveal is the only way to the text.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether nothing was set.
func (s Secret) IsZero() bool { return s.text == "" }

// String says whether there is one, no more.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "[redacted]"
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// Format is String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue is String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes it as it is written.
func (s *Secret) UnmarshalText(text []byte) error {
	s.text = string(text)
	return nil
}

// DSN names a database: the path of a file, or a postgres:// URL, whose password does not print.
type DSN struct{ text string }

// ParseDSN takes it as it is written; the store judges it.
func ParseDSN(text string) DSN { return DSN{text} }

// Reveal is the only way to the whole text.
func (d DSN) Reveal() string { return d.text }

// File is the path of an embedded database, if it is one.
func (d DSN) File() (string, bool) {
	if strings.Contains(d.text, "://") {
		return "", false
	}
	return d.text, true
}

var passwordParameter = regexp.MustCompile(`(?i)((?:ssl)?password=)[^&\s]*`)

// String leaves the password out.
func (d DSN) String() string {
	if _, file := d.File(); file {
		return d.text
	}
	u, err := url.Parse(d.text)
	if err != nil {
		scheme, _, _ := strings.Cut(d.text, "://")
		return scheme + "://[redacted]"
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), "redacted")
	}
	u.RawQuery = passwordParameter.ReplaceAllString(u.RawQuery, "${1}redacted")
	return u.String()
}

// GoString is String.
func (d DSN) GoString() string { return d.String() }

// Format is String for every verb.
func (d DSN) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(d.String())) }

// LogValue is String.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText is String.
func (d DSN) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is [ParseDSN].
func (d *DSN) UnmarshalText(text []byte) error {
	*d = ParseDSN(string(text))
	return nil
}
