package sqlstore

import (
	"sync"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// own tells the entries that this process appended from those of others, for which somebody else may be waiting.
type own struct {
	mu     sync.Mutex
	spans  []span // the last ones, in order; guarded by mu
	log    string
	newest session.Seq // of another process, in that log
}

// span is the entries after one seq up to another.
type span struct{ after, to session.Seq }

// maxSpans bounds what is kept: a node reads the log many times a second. An entry that falls out is taken for another's, which costs a write.
const maxSpans = 1024

// add notes what a transaction appended.
func (o *own) add(c commit) {
	if c.head == c.base {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.spans); n > 0 && o.spans[n-1].to == c.base {
		o.spans[n-1].to = c.head
		return
	}
	if len(o.spans) == maxSpans {
		o.spans = append(o.spans[:0], o.spans[maxSpans/2:]...)
	}
	o.spans = append(o.spans, span{c.base, c.head})
}

// foreign is the newest entry of another process, with those on the page.
func (o *own) foreign(p *revocation.Page) session.Seq {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.log != p.Log {
		o.log, o.newest = p.Log, 0
	}
	for i := len(p.Entries) - 1; i >= 0 && p.Entries[i].Seq > o.newest; i-- {
		if seq := p.Entries[i].Seq; !o.has(seq) {
			o.newest = seq
		}
	}
	return o.newest
}

func (o *own) has(seq session.Seq) bool {
	for i := len(o.spans) - 1; i >= 0; i-- {
		if s := o.spans[i]; seq > s.after && seq <= s.to {
			return true
		}
	}
	return false
}
