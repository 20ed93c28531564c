package sessiontest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/introspectd/introspectd/session"
)

var raceRules = []rule{
	{"Race/AHundredOnOneRefreshTokenGetOnePair", raceWindow},
	{"Race/WithoutAWindowOneIsMinted", raceNoWindow},
	{"Race/RotateAgainstRevokeLeavesNothingAlive", raceRotateRevoke},
	{"Race/OpenAgainstRevokeIsOneOrTheOther", raceOpenRevoke},
	{"Race/TakingBackOneThingAtOnceIsOneEntry", raceRevoke},
	{"Race/LogHasNoGaps", raceLog},
}

const racers = 100

func (f *fixture) race(r *session.Rotation) map[session.Outcome][]session.Rotated {
	var all sync.WaitGroup
	results := make([]session.Rotated, racers)
	for i := range results {
		all.Go(func() {
			var err error
			if results[i], err = f.Rotate(f.ctx, r); err != nil {
				f.Error(err)
			}
		})
	}
	all.Wait()
	by := map[session.Outcome][]session.Rotated{}
	for _, r := range results {
		by[r.Outcome] = append(by[r.Outcome], r)
	}
	return by
}

func raceWindow(f *fixture) {
	o := f.open("ann")
	r := f.rotation(o.Refresh.Digest)
	by := f.race(r)
	if len(by[session.Minted]) != 1 || len(by[session.Repeated]) != racers-1 {
		f.Fatalf("%d minted, %d repeated, %d reused, %d refused", len(by[session.Minted]), len(by[session.Repeated]), len(by[session.Reused]), len(by[session.Refused]))
	}
	for _, again := range by[session.Repeated] {
		if again.Access != by[session.Minted][0].Access {
			f.Errorf("repeated %+v, want %+v", again.Access, by[session.Minted][0].Access)
		}
	}
	f.wantAlive(true, o)
	f.wantEntries(0)
}

func raceNoWindow(f *fixture) {
	o := f.open("ann")
	r := f.rotation(o.Refresh.Digest)
	r.Window = 0
	by := f.race(r)
	if len(by[session.Minted]) != 1 || len(by[session.Reused]) != 1 || len(by[session.Refused]) != racers-2 {
		f.Fatalf("%d minted, %d repeated, %d reused, %d refused", len(by[session.Minted]), len(by[session.Repeated]), len(by[session.Reused]), len(by[session.Refused]))
	}
	if got := by[session.Reused][0].Seq; got != 1 {
		f.Errorf("reuse ended the session with entry %d, want 1", got)
	}
	f.wantEntries(0, session.BySession(o.Session.ID))
	for _, d := range []session.Digest{o.Access.Digest, r.Pairs[0].Access, r.Pairs[0].Refresh} {
		if !f.lookup(d).Revoked {
			f.Error("a token of the ended session is still good")
		}
	}
}

// raceRotateRevoke refreshes a session from many sides while it is taken back (pitfall P26).
func raceRotateRevoke(f *fixture) {
	f.addClient("other")
	for round := range 24 {
		o := f.issuedTo("other", f.opening(fmt.Sprint("subject ", round)))
		f.must(f.Open(f.ctx, o))
		sel := []session.Selector{session.BySession(o.Session.ID), session.BySubject(o.Session.Subject), session.ByClient("other"), session.Everything()}[round%4]
		rotations := make([]*session.Rotation, 10)
		for i := range rotations {
			rotations[i] = f.rotation(o.Refresh.Digest)
			rotations[i].Client = "other"
			if i > 0 {
				rotations[i].Presented = rotations[i-1].Pairs[0].Refresh
			}
		}
		var all sync.WaitGroup
		all.Go(func() {
			for _, r := range rotations {
				if _, err := f.Rotate(f.ctx, r); err != nil {
					f.Error(err)
				}
			}
		})
		all.Go(func() {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
			if done, err := f.Revoke(f.ctx, sel, f.at); err != nil || done.Ended != 1 {
				f.Errorf("Revoke %v = %+v, %v; want one ended", sel, done, err)
			}
		})
		all.Wait()
		for i, r := range rotations {
			for _, d := range []session.Digest{r.Presented, r.Pairs[0].Access, r.Pairs[0].Refresh} {
				if found := f.lookup(d); found.Known && !found.Revoked {
					f.Fatalf("round %d: a token of rotation %d outlived the taking-back by %v", round, i, sel.Target)
				}
			}
		}
		f.rotate(&session.Rotation{Presented: rotations[9].Pairs[0].Refresh, Client: "other", Pairs: f.rotation(o.Refresh.Digest).Pairs, At: f.at}, session.Refused)
		if sel.Target == session.TargetClient {
			if _, err := f.RemoveClient(f.ctx, "other", session.DateOf(f.at)); err != nil {
				f.Error(err)
			}
			f.addClient("other")
		}
	}
}

// raceOpenRevoke holds rows against the log: what is born before the entry is dead, what is born after it lives.
func raceOpenRevoke(f *fixture) {
	openings := make([]*session.Opening, 60)
	for i := range openings {
		openings[i] = f.opening("ann")
	}
	var all sync.WaitGroup
	for _, o := range openings {
		all.Go(func() {
			if err := f.Open(f.ctx, o); err != nil {
				f.Error(err)
			}
		})
	}
	ended := make([]session.Revoked, 6)
	for i := range ended {
		all.Go(func() {
			var err error
			if ended[i], err = f.Revoke(f.ctx, session.BySubject("ann"), f.at); err != nil {
				f.Error(err)
			}
		})
	}
	all.Wait()
	last := f.head()
	alive := 0
	for _, o := range openings {
		dead := o.Session.Born < last
		f.wantAlive(!dead, o)
		if !dead {
			alive++
		}
	}
	sum := alive
	for _, e := range ended {
		sum += e.Ended
	}
	// An opening that shares its transaction with the taking-back may be covered without being counted.
	if sum > len(openings) {
		f.Errorf("%d alive and %d ended, of %d", alive, sum-alive, len(openings))
	}
	f.wantContiguous(0, f.page().Entries)
}

func raceRevoke(f *fixture) {
	for round := range 10 {
		o := f.open(fmt.Sprint("subject ", round))
		sel := []session.Selector{session.BySession(o.Session.ID), session.BySubject(o.Session.Subject)}[round%2]
		var all sync.WaitGroup
		done := make([]session.Revoked, 20)
		for i := range done {
			all.Go(func() {
				var err error
				if done[i], err = f.Revoke(f.ctx, sel, f.at); err != nil {
					f.Error(err)
				}
			})
		}
		all.Wait()
		ended := 0
		for _, d := range done {
			ended += d.Ended
			if d.Seq != session.Seq(round)+1 {
				f.Errorf("entry %d, want %d for all of them", d.Seq, round+1)
			}
		}
		if ended != 1 {
			f.Errorf("ended %d times, want once", ended)
		}
	}
	if f.head() != 10 {
		f.Errorf("head is %d, want 10", f.head())
	}
}

// raceLog mixes everything that writes, some of which fails, while others read the log.
func raceLog(f *fixture) {
	first := f.open("ann")
	var openings []*session.Opening
	for i := range 120 {
		o := f.opening(fmt.Sprint("subject ", i%7))
		if i%3 == 0 {
			o.Access.Digest = first.Access.Digest // aborts after it has begun to write
		}
		openings = append(openings, o)
	}
	var all sync.WaitGroup
	for i, o := range openings {
		all.Go(func() {
			if err := f.Open(f.ctx, o); (err != nil) != (i%3 == 0) {
				f.Errorf("Open %d: error %v", i, err)
			}
			sel := session.BySession(o.Session.ID)
			if i%5 == 0 {
				sel = session.BySubject(o.Session.Subject)
			}
			if _, err := f.Revoke(f.ctx, sel, f.at); err != nil {
				f.Error(err)
			}
		})
	}
	for range 2 {
		all.Go(func() {
			seen := session.Seq(0)
			for range 100 {
				p, err := f.Read(f.ctx, seen, 7)
				if err != nil {
					f.Error(err)
					return
				}
				for _, e := range p.Entries {
					if seen++; e.Seq != seen || e.Seq > p.Head {
						f.Errorf("entry %d stands where %d belongs, at head %d", e.Seq, seen, p.Head)
						return
					}
				}
				if len(p.Entries) < 7 && seen != p.Head {
					f.Errorf("the page ends at %d, the head is %d", seen, p.Head)
				}
			}
		})
	}
	all.Wait()
	p := f.page()
	f.wantContiguous(0, p.Entries)
	if int(p.Head) != len(p.Entries) || p.Head == 0 {
		f.Errorf("head %d with %d entries", p.Head, len(p.Entries))
	}
	f.wantAlive(true, first)
}
