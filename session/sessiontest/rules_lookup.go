package sessiontest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

var lookupRules = []rule{
	{"Lookup/UnknownIsAnAnswerWithTheHead", lookupUnknown},
	{"Lookup/SeesWhatHasCommitted", lookupSeesCommitted},
	{"Lookup/NeverGivesAnothersRow", lookupOwnRow},
	{"Lookup/EachIsAnsweredAsAlone", lookupEach},
	{"Lookup/EachIsReadFromOneSnapshot", lookupEachSnapshot},
	{"Lookup/EachNeverGivesAnothersRow", lookupEachOwnRow},
	{"Lookup/EachIsBounded", lookupEachBounded},
	{"Lookup/EachOfWhoHasLeftIsAnError", lookupEachLeft},
	{"Lookup/ByIDKnowsTheSame", lookupID},
	{"Lookup/ByIDUnknownIsAnAnswerWithTheHead", lookupUnknownID},
}

func lookupUnknown(f *fixture) {
	f.revoke(session.BySession(f.open("ann").Session.ID))
	if diff := cmp.Diff(session.Finding{Head: 1}, f.lookup(f.digest())); diff != "" {
		f.Errorf("unknown digest (-want +got):\n%s", diff)
	}
}

func lookupSeesCommitted(f *fixture) {
	for i := range 20 {
		o := f.open(fmt.Sprint("subject ", i))
		done := f.revoke(session.BySession(o.Session.ID))
		if got := f.lookup(o.Access.Digest); !got.Revoked || got.Head != done.Seq {
			f.Fatalf("looked up after entry %d: revoked %v at head %d", done.Seq, got.Revoked, got.Head)
		}
	}
}

func lookupID(f *fixture) {
	o, other := f.open("ann"), f.open("bob")
	for what, change := range map[string]func(){
		"open": func() {}, "another taken back": func() { f.revoke(session.BySubject("bob")) },
		"its refresh token taken back": func() { f.revoke(session.ByToken(o.Refresh.ID)) },
		"taken back":                   func() { f.revoke(session.ByToken(o.Access.ID)) },
	} {
		change()
		for _, t := range []session.Token{o.Access, o.Refresh, other.Access} {
			got, err := f.LookupID(f.ctx, t.ID)
			f.must(err)
			if diff := cmp.Diff(f.lookup(t.Digest), got); diff != "" || !got.Known || got.Token.Digest != t.Digest {
				f.Errorf("%s: by id, not as by digest (-digest +id):\n%s", what, diff)
			}
		}
	}
}

func lookupUnknownID(f *fixture) {
	o := f.open("ann")
	f.revoke(session.BySession(o.Session.ID))
	for _, id := range []session.ID{{}, session.NewID(), o.Session.ID} {
		got, err := f.LookupID(f.ctx, id)
		f.must(err)
		if diff := cmp.Diff(session.Finding{Head: 1}, got); diff != "" {
			f.Errorf("unknown id %v (-want +got):\n%s", id, diff)
		}
	}
}

// lookupOwnRow looks up while others write and callers leave.
func lookupOwnRow(f *fixture) {
	var openings []*session.Opening
	for i := range 50 {
		openings = append(openings, f.open(fmt.Sprint("subject ", i)))
	}
	more := make([]*session.Opening, 50)
	for i := range more {
		more[i] = f.opening("late")
	}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 200 {
				o := openings[random.IntN(len(openings))]
				ctx, cancel := context.WithCancel(f.ctx)
				if random.IntN(2) == 0 {
					go cancel()
				}
				found, err := f.Lookup(ctx, o.Access.Digest)
				cancel()
				switch {
				case err != nil && !errors.Is(err, session.ErrUnavailable):
					f.Errorf("error %v, want one that wraps ErrUnavailable", err)
				case err != nil && found != session.Finding{}:
					f.Errorf("an error came with %+v", found)
				case err == nil && found.Token != o.Access:
					f.Errorf("asked for %v, got %+v", o.Access.Digest, found.Token)
				}
			}
		})
	}
	for _, o := range more {
		f.must(f.Open(f.ctx, o))
	}
	all.Wait()
}
