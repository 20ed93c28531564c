package cache

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// entry is a token as it was read from the store. But for the time of its last recorded use it never changes.
type entry struct {
	token session.Token
	mark  revocation.Mark // as of when it was known good
	// gone says that the store called it taken back. That is a fact like the others: nothing taken back comes to life again.
	gone  bool
	usage session.Usage
}

func (e *entry) found(s session.Standing) session.Found {
	return session.Found{Standing: s, Token: &e.token, Asof: e.mark.Asof, Usage: &e.usage}
}

// standing is what the token's own facts say, as long as the entry may be believed.
func (e *entry) standing(at time.Time) session.Standing {
	if e.gone || !e.token.ActiveAt(at) {
		return session.Gone
	}
	return session.Good
}
