package guard

import "fmt"

// Mode is how a guard finds out what a token is worth. What it costs and what stays open after a logout is the choice between them.
type Mode string

// The modes.
const (
	// Introspect asks about each request's token. Nothing stays open.
	Introspect Mode = "introspect"
	// IntrospectCached asks as well; the issuer answers from its memory, which it keeps in step with every logout. Nothing stays open.
	// Whether it remembers is the issuer's configuration: for the guard the two are the same.
	IntrospectCached Mode = "introspect-cached"
	// TTLCache asks about a token that it has not seen for a while and remembers yes for a fixed time, which is for how long a token is
	// accepted after it was taken back.
	TTLCache Mode = "ttl-cache"
	// JWT checks the signature of internal tokens and asks nobody. Until its end a token is accepted that was taken back.
	JWT Mode = "jwt"
	// JWTLease does as well, and follows the log of takings-back: what is taken back is refused when the logout returns. Nothing stays open.
	JWTLease Mode = "jwt-lease"
)

// ParseMode reads a mode as it stands in a configuration.
func ParseMode(text string) (Mode, error) {
	switch m := Mode(text); m {
	case Introspect, IntrospectCached, TTLCache, JWT, JWTLease:
		return m, nil
	}
	return "", fmt.Errorf("guard: mode %.40q is not one of introspect, introspect-cached, ttl-cache, jwt, jwt-lease", text)
}

// signed reports whether internal tokens are verified here.
func (m Mode) signed() bool { return m == JWT || m == JWTLease }

// Stale is what a guard in mode jwt-lease does with an internal token while it has not heard of the log for longer than its lease, so that it cannot
// know what was taken back.
type Stale string

// The rules.
const (
	StaleIntrospect     Stale = "introspect"       // ask about it, as in mode introspect; the default
	StaleReject         Stale = "reject"           // say that it could not be found out: 503
	StaleAcceptUntilExp Stale = "accept-until-exp" // go on as in mode jwt: the promise does not hold meanwhile
	staleRulesForPeople       = "introspect, reject, accept-until-exp"
)

// ParseStale reads a rule as it stands in a configuration; empty is the default.
func ParseStale(text string) (Stale, error) {
	switch s := Stale(text); s {
	case "":
		return StaleIntrospect, nil
	case StaleIntrospect, StaleReject, StaleAcceptUntilExp:
		return s, nil
	}
	return "", fmt.Errorf("guard: stale rule %.40q is not one of %s", text, staleRulesForPeople)
}
