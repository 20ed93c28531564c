package sessiontest

import (
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

var sweepRules = []rule{
	{"Sweep/NeverRemovesWhatIsAlive", sweepKeepsAlive},
	{"Sweep/RemovesWhatEndedLongAgo", sweepRemoves},
	{"Sweep/InBatches", sweepBatches},
	{"Sweep/TakenBackStaysTakenBack", sweepKeepsRevoked},
	{"Sweep/RaisesTheLogsFloor", sweepLog},
}

func (f *fixture) sweepAll(at time.Time) (n int) {
	f.Helper()
	for range 1000 {
		swept, err := f.Sweep(f.ctx, at, 100)
		f.must(err)
		if n += swept; swept == 0 {
			return n
		}
		if swept > 100 {
			f.Fatalf("swept %d rows, want 100 at most", swept)
		}
	}
	f.Fatal("Sweep never says 0")
	return 0
}

func (f *fixture) wantCount(want int) {
	f.Helper()
	if n, err := f.Count(f.ctx); n != want || err != nil {
		f.Errorf("Count = %d, %v; want %d", n, err, want)
	}
}

func sweepKeepsAlive(f *fixture) {
	idle := f.opening("ann")
	idle.Session.IdleTTL = time.Minute
	f.must(f.Open(f.ctx, idle))
	o := f.open("ann")
	f.sweepAll(f.at.Add(accessTTL + session.SweepGrace - time.Second))
	f.wantAlive(true, o, idle)
	f.sweepAll(o.Session.ExpiresAt.Time().Add(session.SweepGrace - time.Second))
	if !f.lookup(o.Refresh.Digest).Known || f.lookup(o.Access.Digest).Known {
		f.Error("want the refresh token kept and the access token swept")
	}
	f.wantCount(2)
	f.rotate(f.rotation(o.Refresh.Digest), session.Minted)
}

func sweepRemoves(f *fixture) {
	o, ended, early := f.open("ann"), f.open("bob"), f.open("carl")
	f.revoke(session.BySession(ended.Session.ID))
	f.at = f.at.Add(time.Minute)
	f.revoke(session.BySession(early.Session.ID))
	f.sweepAll(f.at.Add(session.SweepGrace - time.Second))
	f.wantCount(2)
	if f.lookup(ended.Refresh.Digest).Known {
		f.Error("a token of a session that ended long ago is still kept")
	}
	f.wantAlive(true, o)
	f.wantAlive(false, early)
	if n := f.sweepAll(o.Session.ExpiresAt.Time().Add(session.SweepGrace)); n == 0 {
		f.Error("nothing was swept")
	}
	f.wantCount(0)
	for _, d := range []session.Digest{o.Access.Digest, o.Refresh.Digest, early.Access.Digest, early.Refresh.Digest} {
		if f.lookup(d).Known {
			f.Errorf("token %v is still kept", d)
		}
	}
	f.wantAlive(true, f.open("ann"))
}

func sweepBatches(f *fixture) {
	const n = 30
	for range n {
		f.open("ann")
	}
	late := f.at.Add(sessionTTL + session.SweepGrace)
	total := 0
	for i := 0; ; i++ {
		swept, err := f.Sweep(f.ctx, late, 7)
		f.must(err)
		if swept > 7 {
			f.Fatalf("swept %d rows, want 7 at most", swept)
		}
		if swept == 0 {
			break
		}
		if total += swept; i == 0 && f.lookup(f.digest()).Known {
			f.Error("an unknown token became known")
		}
	}
	if total != 3*n {
		f.Errorf("swept %d rows, want %d sessions with two tokens each", total, n)
	}
	if swept, err := f.Sweep(f.ctx, late, 0); swept != 0 || err != nil {
		f.Errorf("Sweep with limit 0 = %d, %v", swept, err)
	}
}

// sweepKeepsRevoked sweeps step by step: a row that is kept must not lose what covers it.
func sweepKeepsRevoked(f *fixture) {
	f.addClient("other")
	bySubject, byClient, byToken := f.open("ann"), f.issuedTo("other", f.opening("bob")), f.open("carl")
	f.must(f.Open(f.ctx, byClient))
	f.revoke(session.BySubject("ann"))
	f.revoke(session.ByClient("other"))
	f.revoke(session.ByToken(byToken.Access.ID))
	tokens := []session.Token{bySubject.Access, bySubject.Refresh, byClient.Access, byClient.Refresh, byToken.Access}
	for step := range 60 {
		at := f.at.Add(time.Duration(step) * time.Hour / 2)
		for {
			n, err := f.Sweep(f.ctx, at, 1)
			f.must(err)
			for _, t := range tokens {
				if found := f.lookup(t.Digest); found.Known && !found.Revoked {
					f.Fatalf("after %v, %s of %s is alive again", at.Sub(f.at), t.Kind, t.Subject)
				}
			}
			if n == 0 {
				break
			}
		}
	}
	f.wantCount(0)
}

func sweepLog(f *fixture) {
	for range 5 {
		f.revoke(session.BySession(f.open("ann").Session.ID))
		f.at = f.at.Add(time.Minute)
	}
	log := f.page().Log
	f.at = f.at.Add(-5 * time.Minute)
	f.sweepAll(f.at.Add(revocation.KeepEntries - time.Second))
	if p := f.page(); p.Floor != 0 || len(p.Entries) != 5 {
		f.Errorf("floor %d with %d entries before any was old enough", p.Floor, len(p.Entries))
	}
	f.sweepAll(f.at.Add(revocation.KeepEntries + 2*time.Minute))
	p := f.page()
	if p.Floor != 3 || p.Head != 5 || p.Log != log {
		f.Errorf("floor %d, head %d; want 3 and 5, and the same log", p.Floor, p.Head)
	}
	f.wantContiguous(3, p.Entries)
	f.sweepAll(f.at.Add(revocation.KeepEntries + time.Hour))
	if p := f.page(); p.Floor != 5 || p.Head != 5 || len(p.Entries) != 0 {
		f.Errorf("floor %d, head %d, %d entries; want 5, 5, none", p.Floor, p.Head, len(p.Entries))
	}
	f.wantRevoked("Revoke when the log is empty", f.revoke(session.BySession(f.open("ann").Session.ID)), 6, 1)
}
