package sessiontest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

// lookupEach holds what is found together against what is found alone: known, taken back in every way, refresh tokens, never issued, and
// the same one twice.
func lookupEach(f *fixture) {
	f.addClient("till")
	var all []session.Digest
	for i := range 6 {
		o := f.opening(fmt.Sprint("subject ", i))
		if i == 5 {
			o = f.opening("of the till")
			for _, client := range []*string{&o.Session.Client, &o.Access.Client, &o.Refresh.Client} {
				*client = "till"
			}
		}
		f.must(f.Open(f.ctx, o))
		all = append(all, o.Refresh.Digest, o.Access.Digest, f.digest())
		switch i {
		case 1:
			f.revoke(session.ByToken(o.Access.ID))
		case 2:
			f.revoke(session.BySession(o.Session.ID))
		case 3:
			f.revoke(session.BySubject(o.Session.Subject))
		case 5:
			f.revoke(session.ByClient("till"))
		}
	}
	all = append(all, all[1], all[0], session.Digest{})
	for _, ds := range [][]session.Digest{all, all[:1], all[2:3], all[2:4], nil, {all[2], all[5]}} {
		var want, got []session.Finding
		for _, d := range ds {
			want = append(want, f.lookup(d))
		}
		for _, l := range f.LookupEach(f.ctx, ds) {
			f.must(l.Err)
			got = append(got, l.Finding)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			f.Errorf("%d at once (-alone +together):\n%s", len(ds), diff)
		}
	}
	f.revoke(session.Everything())
	for i, l := range f.LookupEach(f.ctx, all) {
		if diff := cmp.Diff(session.Looked{Finding: f.lookup(all[i])}, l); diff != "" || l.Finding.Known && !l.Finding.Revoked {
			f.Errorf("everything was taken back (-alone +together):\n%s", diff)
		}
	}
}

// lookupEachSnapshot ends sessions in the order in which they are asked for: one that has ended comes after none that has not.
func lookupEachSnapshot(f *fixture) {
	const many = 40
	var opened []*session.Opening
	var ds []session.Digest
	for i := range many {
		o := f.open(fmt.Sprint("subject ", i))
		opened, ds = append(opened, o), append(ds, o.Access.Digest)
	}
	slices.Reverse(ds)
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for last := false; !last; {
				select {
				case <-done:
					last = true
				default:
				}
				revoked := 0
				answers := f.LookupEach(f.ctx, ds)
				for i, l := range answers {
					switch {
					case l.Err != nil || l.Finding.Token.Digest != ds[i]:
						f.Errorf("asked for %v, got %+v", ds[i], l)
					case l.Finding.Head != answers[0].Finding.Head:
						f.Errorf("one was read at head %d, another at %d", answers[0].Finding.Head, l.Finding.Head)
					case l.Finding.Revoked:
						revoked++
					}
				}
				if head := answers[0].Finding.Head; revoked != int(head) {
					f.Errorf("%d are taken back at head %d", revoked, head)
				}
			}
		})
	}
	for _, o := range opened {
		f.revoke(session.BySession(o.Session.ID))
	}
	close(done)
	all.Wait()
}

// lookupEachOwnRow looks up while others write and callers leave.
func lookupEachOwnRow(f *fixture) {
	var known []session.Token
	for i := range 50 {
		o := f.open(fmt.Sprint("subject ", i))
		known = append(known, o.Access, o.Refresh)
	}
	more := make([]*session.Opening, 50)
	for i := range more {
		more[i] = f.opening("late")
	}
	never := f.digest()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(2, uint64(worker)))
			for range 50 {
				asked := make([]session.Token, 1+random.IntN(session.MaxLookups))
				ds := make([]session.Digest, len(asked))
				for i := range ds {
					if ds[i] = never; random.IntN(8) > 0 {
						asked[i] = known[random.IntN(len(known))]
						ds[i] = asked[i].Digest
					}
				}
				ctx, cancel := context.WithCancel(f.ctx)
				if random.IntN(2) == 0 {
					go cancel()
				}
				answers := f.LookupEach(ctx, ds)
				cancel()
				for i, l := range answers {
					switch {
					case l.Err != nil && (!errors.Is(l.Err, session.ErrUnavailable) || l.Finding != session.Finding{}):
						f.Errorf("%+v, want an error that wraps ErrUnavailable, and nothing else", l)
					case l.Err == nil && (l.Finding.Token != asked[i] || l.Finding.Known != (ds[i] != never)):
						f.Errorf("asked for %v, got %+v", ds[i], l.Finding)
					}
				}
			}
		})
	}
	for _, o := range more {
		f.must(f.Open(f.ctx, o))
	}
	all.Wait()
}

func lookupEachBounded(f *fixture) {
	d := f.open("ann").Access.Digest
	for n, fits := range map[int]bool{session.MaxLookups: true, session.MaxLookups + 1: false} {
		ds := make([]session.Digest, n)
		for i := range ds {
			ds[i] = d
		}
		answers := f.LookupEach(f.ctx, ds)
		if len(answers) != n {
			f.Errorf("%d answers about %d digests", len(answers), n)
		}
		for _, l := range answers {
			if errors.Is(l.Err, session.ErrUnavailable) == fits || l.Finding.Known != fits {
				f.Fatalf("one of %d: %+v", n, l)
			}
		}
	}
}

func lookupEachLeft(f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	answers := f.LookupEach(ctx, []session.Digest{f.open("ann").Access.Digest, f.digest()})
	if len(answers) != 2 {
		f.Fatalf("%d answers about 2 digests", len(answers))
	}
	for _, l := range answers {
		if !errors.Is(l.Err, session.ErrUnavailable) || !errors.Is(l.Err, context.Canceled) || l.Finding != (session.Finding{}) {
			f.Errorf("asked by one who has left: %+v, want ErrUnavailable and Canceled", l)
		}
	}
}
