package session

import "time"

// Session is what a login opens and a logout ends. All but LastUsedAt is fixed when it is opened.
type Session struct {
	ID       ID
	Subject  string
	Client   string // the client that the session's tokens are issued to
	Audience List   // the APIs it may call
	Scope    List   // what it may do there, at most
	ACR      string // how the user was authenticated (RFC 9068 §2.2.1), when the login said so
	AMR      List
	AuthTime Date
	Device   string // words for the user's own list of sessions; never used in a decision
	IP       string

	OpenedAt   Date
	ExpiresAt  Date          // the absolute end
	LastUsedAt Date          // recorded coarsely, in batches
	IdleTTL    time.Duration // 0: no idle limit; whole seconds
	Born       Seq           // the log's head in the transaction that opened it
}

// ActiveAt reports whether the session's own clock has run out: neither the absolute end nor the idle limit is reached. Whether it
// was taken back is the log's to say.
func (s *Session) ActiveAt(at time.Time) bool {
	return !s.ExpiresAt.Passed(at) && (s.IdleTTL == 0 || at.Before(s.LastUsedAt.Time().Add(s.IdleTTL)))
}

// TokenEnd is the exp of an access token issued at the given time: its own lifetime, cut at the session's absolute end and at the
// idle limit counted from its issue, so that what was fixed when it was issued never has to be looked up again.
func (s *Session) TokenEnd(at time.Time, ttl time.Duration) Date {
	end := at.Add(ttl)
	if s.IdleTTL > 0 && s.IdleTTL < ttl {
		end = at.Add(s.IdleTTL)
	}
	return min(DateOf(end), s.ExpiresAt)
}
