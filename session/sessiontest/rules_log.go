package sessiontest

import (
	"fmt"
	"math"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

var logRules = []rule{
	{"Log/EmptyAtFirst", logEmpty},
	{"Log/PagesInOrder", logPages},
	{"Log/AnAbortedWriteLeavesNoGap", logAbort},
}

func logEmpty(f *fixture) {
	p := f.page()
	if p.Log == "" || p.Head != 0 || p.Floor != 0 || len(p.Entries) != 0 {
		f.Errorf("a new store's log is %+v, want an id and nothing else", p)
	}
	f.open("ann")
	f.must(f.Touch(f.ctx, nil))
	if again := f.page(); again.Log != p.Log || again.Head != 0 {
		f.Errorf("the log became %+v without a taking-back", again)
	}
}

func logPages(f *fixture) {
	var want []revocation.Entry
	for i := range 25 {
		subject := fmt.Sprint("subject ", i)
		f.open(subject)
		want = append(want, revocation.Entry{Seq: session.Seq(i) + 1, Selector: session.BySubject(subject), At: session.DateOf(f.at)})
		f.revoke(session.BySubject(subject))
	}
	for _, q := range []struct {
		after    session.Seq
		limit    int
		from, to int
	}{{0, 10, 0, 10}, {10, 10, 10, 20}, {20, 10, 20, 25}, {24, 1, 24, 25}, {25, 10, 25, 25}, {99, 10, 25, 25}, {math.MaxUint64, 10, 25, 25}, {3, 0, 3, 3}, {3, -1, 3, 3}, {0, 1000, 0, 25}} {
		p, err := f.Read(f.ctx, q.after, q.limit)
		f.must(err)
		if p.Head != 25 || p.Floor != 0 {
			f.Errorf("Read(%d, %d): head %d, floor %d", q.after, q.limit, p.Head, p.Floor)
		}
		for i := range p.Entries {
			p.Entries[i].Until = 0
		}
		var last revocation.Entry // by which whoever has applied it knows that this is the same log
		if q.after > 0 && q.after <= 25 {
			last = want[q.after-1]
		}
		if p.Last.Until = 0; p.Last != last {
			f.Errorf("Read(%d, %d): the last one is %+v, want %+v", q.after, q.limit, p.Last, last)
		}
		if diff := cmp.Diff(append([]revocation.Entry{}, want[q.from:q.to]...), append([]revocation.Entry{}, p.Entries...)); diff != "" {
			f.Errorf("Read(%d, %d) (-want +got):\n%s", q.after, q.limit, diff)
		}
	}
}

func logAbort(f *fixture) {
	first := f.open("ann")
	for i := range 5 {
		o := f.opening("bob")
		o.Refresh.Digest = first.Refresh.Digest
		if err := f.Open(f.ctx, o); err == nil {
			f.Fatal("a token was written twice")
		}
		seq := f.revoke(session.BySession(f.open("carl").Session.ID)).Seq
		if seq != session.Seq(i)+1 {
			f.Errorf("entry %d, want %d", seq, i+1)
		}
	}
	f.wantContiguous(0, f.page().Entries)
}
