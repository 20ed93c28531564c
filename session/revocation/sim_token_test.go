package revocation

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
)

// never is a real time that does not come.
const never = time.Duration(1<<63 - 1)

// token is what the judge knows of a token; the parties do not look.
type token struct {
	index   int
	marks   Marks
	token   session.Selector
	session session.Selector
	subject session.Selector
	taken   time.Duration // when the first taking-back that covers it was committed
	settled time.Duration // when one of them had returned
	lost    bool          // a restored database does not have it, or has not its taking-back: no promise
	minted  []jwt         // the internal tokens made of it, newest last
}

// jwt is what a node makes of a remembered answer.
type jwt struct {
	log  string
	asof Seq
	end  time.Duration // its exp, with the leeway
	key  *registered   // that signed it
}

const (
	jwtLife   = time.Minute
	jwtLeeway = 5 * time.Second
)

func (w *world) newToken(subject int) *token {
	t := &token{index: len(w.tokens), taken: never, settled: never}
	t.marks = Marks{Token: simID(1, t.index), Session: simID(2, t.index/2), Subject: fmt.Sprint("subject ", subject), Client: w.db.registry.client.sel.Key}
	t.token, t.session, t.subject = session.ByToken(t.marks.Token), session.BySession(t.marks.Session), session.BySubject(t.marks.Subject)
	w.tokens = append(w.tokens, t)
	return t
}

func simID(kind byte, n int) (id session.ID) {
	id[0] = kind
	binary.BigEndian.PutUint32(id[12:], uint32(n))
	return id
}

func (t *token) matches(s session.Selector) bool {
	return s == t.token || s == t.session || s == t.subject || s == session.ByClient(t.marks.Client) || s.Target == session.TargetAll
}

// accepted is the judge: nothing that begins after a taking-back has returned is accepted.
func (w *world) accepted(by *process, h *Holder, t *token, begun time.Duration) {
	w.counts.accepted++
	w.logf("%s accepts token %d, asked at %v, applied %d", by.name, t.index, begun, h.set.Applied())
	switch {
	case t.lost:
	case begun > t.settled:
		w.violate("%s accepted token %d when asked at %v; its taking-back had returned at %v", by.name, t.index, begun, t.settled)
	}
	if w.db.robbed && begun > w.db.back && h.log == w.db.log && h.set.Applied() > w.db.head {
		w.violate("%s has seen entry %d, the restored database ends at %d, and it goes on accepting", by.name, h.set.Applied(), w.db.head)
	}
}

// refused is the judge of refusals: what was never taken back, and whatever was opened after a taking-back, is good.
func (w *world) refused(by *process, t *token, why string) {
	w.counts.refused++
	w.logf("%s refuses token %d: %s", by.name, t.index, why)
	if t.taken == never && !t.lost {
		w.violate("%s refused token %d, which nobody has taken back: %s", by.name, t.index, why)
	}
}
