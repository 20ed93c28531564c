package session

import (
	"net/netip"
	"time"
	"unicode/utf8"
)

// OpenRequest is what a login service says of a user it has authenticated.
type OpenRequest struct {
	Subject  string
	Client   string // the client that will hold the tokens
	Audience List   // at least one
	Scope    List   // empty: no scope at all
	ACR      string
	AMR      List
	AuthTime Date // 0: when the session is opened
	Device   string
	IP       string
}

// Bounds of what is kept of an opening, in bytes.
const (
	maxSubject = 255
	maxWords   = 256
	maxNames   = 64 // audiences, scopes or methods in one list
)

func (q *OpenRequest) check(audiences Audiences) *Refusal {
	for _, c := range []struct {
		name, text string
		max        int
		need       bool
	}{
		{"subject", q.Subject, maxSubject, true},
		{"client_id", q.Client, maxSubject, true},
		{"acr", q.ACR, maxWords, false},
		{"device", q.Device, maxWords, false},
	} {
		switch {
		case c.text == "" && c.need:
			return refuse(InvalidRequest, "%s is missing", c.name)
		case len(c.text) > c.max:
			return refuse(InvalidRequest, "%s is longer than %d bytes", c.name, c.max)
		case !printable(c.text):
			return refuse(InvalidRequest, "%s is not printable UTF-8", c.name)
		}
	}
	if _, err := netip.ParseAddr(q.IP); q.IP != "" && err != nil {
		return refuse(InvalidRequest, "ip is not an IP address")
	}
	if q.AuthTime < 0 {
		return refuse(InvalidRequest, "auth_time is negative")
	}
	if max(q.Audience.Len(), q.Scope.Len(), q.AMR.Len()) > maxNames {
		return refuse(InvalidRequest, "a list has more than %d names", maxNames)
	}
	if !printable(string(q.AMR)) {
		return refuse(InvalidRequest, "amr is not printable UTF-8")
	}
	return q.checkTargets(audiences)
}

// checkTargets holds the request against the registered APIs (RFC 8707 §2, RFC 6749 §3.3).
func (q *OpenRequest) checkTargets(audiences Audiences) *Refusal {
	if q.Audience == "" {
		return refuse(InvalidTarget, "audience is missing")
	}
	var offered List
	for name := range q.Audience.All() {
		a, ok := audiences.Audience(name)
		if !ok {
			return refuse(InvalidTarget, "an audience is not registered")
		}
		if !a.Callers.Has(q.Client) {
			return refuse(InvalidTarget, "an audience does not list the client among its callers")
		}
		offered = ListOf(append(offered.Names(), a.Scopes.Names()...)...)
	}
	for name := range q.Scope.All() {
		if !ValidScopeName(name) {
			return refuse(InvalidScope, "a scope name has a character outside the grammar")
		}
	}
	if !q.Scope.Within(offered) {
		return refuse(InvalidScope, "none of the audiences offers one of the scopes")
	}
	return nil
}

func (q *OpenRequest) session(at time.Time, lives Lifetimes) Session {
	s := Session{
		ID: NewID(), Subject: q.Subject, Client: q.Client, Audience: q.Audience, Scope: q.Scope,
		ACR: q.ACR, AMR: q.AMR, AuthTime: q.AuthTime, Device: q.Device, IP: q.IP,
		OpenedAt: DateOf(at), ExpiresAt: DateOf(at.Add(lives.Session)), LastUsedAt: DateOf(at), IdleTTL: lives.Idle,
	}
	if s.AuthTime == 0 {
		s.AuthTime = s.OpenedAt
	}
	return s
}

// ValidScopeName reports whether a name fits the grammar of RFC 6749 §3.3: printable ASCII but space, quote and backslash. Audience names
// keep to the same.
func ValidScopeName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return name != ""
}

// printable refuses bytes that are not UTF-8, which JSON would silently change so that two subjects become one, and control characters,
// which forge log lines.
func printable(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || (r >= 0x80 && r < 0xa0) || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
