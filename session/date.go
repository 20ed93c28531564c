package session

import "time"

// Date is a NumericDate (RFC 7519 §2): whole seconds since 1970-01-01 UTC. Rows, tokens and answers carry it; 0 means not set.
type Date int64

// DateOf rounds down to the second.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return 0
	}
	return Date(t.Unix())
}

// Time returns the instant in UTC, or the zero time when d is not set.
func (d Date) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d), 0).UTC()
}

// Passed reports whether d is set and not after at: a token whose exp is now has expired (RFC 7519 §4.1.4).
func (d Date) Passed(at time.Time) bool { return d != 0 && at.Unix() >= int64(d) }
