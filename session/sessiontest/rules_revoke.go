package sessiontest

import (
	"errors"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

var revokeRules = []rule{
	{"Revoke/BySessionEndsThatOneOnly", revokeSession},
	{"Revoke/BySubjectEndsWhatWasBornAndNothingThatComesAfter", revokeSubject},
	{"Revoke/BySubjectIsOneEntryHoweverManySessions", revokeSubjectOnce},
	{"Revoke/SubjectsAreComparedByteForByte", revokeSubjectBytes},
	{"Revoke/ByTokenEndsThatTokenOnly", revokeToken},
	{"Revoke/ByClientEndsAndDisables", revokeClient},
	{"Revoke/RemovedClientStaysDeadWhenItsNameIsUsedAgain", revokeRemovedClient},
	{"Revoke/ByKeyIsAnEntry", revokeKey},
	{"Revoke/EverythingIsOneEntry", revokeAll},
	{"Revoke/AgainIsTheSameEntry", revokeAgain},
	{"Revoke/WhatWasNeverThereIsNoEntry", revokeUnknown},
	{"Revoke/NothingLeftAnswersWithAnEntryThatCoversAll", revokeNothingLeft},
	{"Revoke/CountsActiveSessionsOnly", revokeCountsActive},
	{"Revoke/IdleSessionStaysEnded", revokeIdle},
	{"Revoke/UnknownTargetIsAnError", revokeUnknownTarget},
	{"Revoke/SignedTokenIsAnEntryWithoutARow", revokeSigned},
}

func revokeSession(f *fixture) {
	a, b := f.open("ann"), f.open("ann")
	f.wantRevoked("Revoke session", f.revoke(session.BySession(a.Session.ID)), 1, 1)
	f.wantAlive(false, a)
	f.wantAlive(true, b, f.open("ann"))
	f.wantEntries(0, session.BySession(a.Session.ID))
	e := f.page().Entries[0]
	if e.At != session.DateOf(f.at) || e.Until < session.DateOf(f.at.Add(20*time.Minute)) {
		f.Errorf("entry at %d until %d, want at %d and kept for 20 minutes", e.At, e.Until, session.DateOf(f.at))
	}
}

func revokeSubject(f *fixture) {
	a, b, other := f.open("ann"), f.open("ann"), f.open("bob")
	f.wantRevoked("Revoke subject", f.revoke(session.BySubject("ann")), 1, 2)
	after := f.open("ann")
	f.wantAlive(false, a, b)
	f.wantAlive(true, other, after)
	f.wantRevoked("Revoke subject again, of whom one is new", f.revoke(session.BySubject("ann")), 2, 1)
	last := f.open("ann")
	f.wantAlive(false, a, b, after)
	f.wantAlive(true, other, last)
	f.wantEntries(0, session.BySubject("ann"), session.BySubject("ann"))
}

func revokeSubjectOnce(f *fixture) {
	var all []*session.Opening
	for range 150 {
		all = append(all, f.open("ann"))
	}
	f.wantRevoked("Revoke subject", f.revoke(session.BySubject("ann")), 1, len(all))
	f.wantAlive(false, all...)
	f.wantEntries(0, session.BySubject("ann"))
}

func revokeSubjectBytes(f *fixture) {
	others := []*session.Opening{
		f.open("Ann"), f.open("ann "), f.open(" ann"), f.open("an"), f.open("ann\u0301"), f.open("a%"), f.open("a_n"), f.open("ann\x00b"),
	}
	f.open("ann")
	f.wantRevoked("Revoke subject", f.revoke(session.BySubject("ann")), 1, 1)
	f.wantRevoked("Revoke subject with a wildcard", f.revoke(session.BySubject("a%")), 2, 1)
	f.wantAlive(true, append(others[:5:5], others[6:]...)...)
	composed, decomposed := f.open("\u00e9"), f.open("e\u0301")
	f.wantRevoked("Revoke one spelling", f.revoke(session.BySubject("\u00e9")), 3, 1)
	f.wantAlive(false, composed)
	f.wantAlive(true, decomposed)
}

func revokeToken(f *fixture) {
	o := f.open("ann")
	f.wantRevoked("Revoke token", f.revoke(session.ByToken(o.Access.ID)), 1, 0)
	if !f.lookup(o.Access.Digest).Revoked || f.lookup(o.Refresh.Digest).Revoked {
		f.Error("want the access token taken back, and not its refresh token")
	}
	if len(f.sessions("ann")) != 1 {
		f.Error("the session ended with one of its tokens")
	}
	f.wantEntries(0, session.ByToken(o.Access.ID))
	f.wantRevoked("Revoke its session", f.revoke(session.BySession(o.Session.ID)), 2, 1)
}

func revokeClient(f *fixture) {
	f.addClient("other")
	a, b := f.open("ann"), f.open("bob")
	other := f.issuedTo("other", f.opening("ann"))
	f.must(f.Open(f.ctx, other))
	version := f.page().Registry
	f.wantRevoked("Revoke client", f.revoke(session.ByClient("app")), 1, 2)
	f.wantAlive(false, a, b)
	f.wantAlive(true, other)
	f.wantEntries(0, session.ByClient("app"))
	snapshot, err := f.Registry(f.ctx)
	f.must(err)
	if !snapshot.Clients["app"].Disabled || snapshot.Clients["other"].Disabled || snapshot.Head != 1 {
		f.Errorf("registry at head %d: app disabled %v, other disabled %v", snapshot.Head, snapshot.Clients["app"].Disabled, snapshot.Clients["other"].Disabled)
	}
	if got := f.page().Registry; got <= version {
		f.Errorf("registry version went from %d to %d when a client was disabled", version, got)
	}
	f.wantRevoked("Revoke client again", f.revoke(session.ByClient("app")), 1, 0)

	f.addClient("idle")
	f.wantRevoked("Revoke client without a session", f.revoke(session.ByClient("idle")), 2, 0)
}

func revokeRemovedClient(f *fixture) {
	old := f.open("ann")
	done, err := f.RemoveClient(f.ctx, "app", session.DateOf(f.at))
	f.must(err)
	f.wantRevoked("RemoveClient", done, 1, 1)
	f.addClient("app")
	fresh := f.open("ann")
	f.wantAlive(false, old)
	f.wantAlive(true, fresh)

	f.wantRevoked("Revoke client", f.revoke(session.ByClient("app")), 2, 1)
	done, err = f.RemoveClient(f.ctx, "app", session.DateOf(f.at))
	f.must(err)
	f.wantRevoked("RemoveClient of a disabled one", done, 2, 0)
	f.addClient("app")
	f.wantAlive(false, old, fresh)
	f.wantEntries(0, session.ByClient("app"), session.ByClient("app"))
	if _, err := f.RemoveClient(f.ctx, "nobody", session.DateOf(f.at)); !errors.Is(err, caller.ErrUnknown) {
		f.Errorf("RemoveClient of an unknown one: error %v, want ErrUnknown", err)
	}
}

func revokeKey(f *fixture) {
	o := f.open("ann")
	f.wantRevoked("Revoke key", f.revoke(session.ByKey("k1")), 1, 0)
	f.wantRevoked("Revoke another key", f.revoke(session.ByKey("k2")), 2, 0)
	f.wantRevoked("Revoke the first key again", f.revoke(session.ByKey("k1")), 1, 0)
	f.wantAlive(true, o)
	f.wantEntries(0, session.ByKey("k1"), session.ByKey("k2"))
}

func revokeAll(f *fixture) {
	a, b := f.open("ann"), f.open("bob")
	f.wantRevoked("Revoke everything", f.revoke(session.Everything()), 1, 2)
	after := f.open("ann")
	f.wantAlive(false, a, b)
	f.wantAlive(true, after)
	f.wantEntries(0, session.Everything())
	f.wantRevoked("Revoke everything again", f.revoke(session.Everything()), 2, 1)
	f.wantRevoked("Revoke everything once more", f.revoke(session.Everything()), 2, 0)
}

func revokeAgain(f *fixture) {
	o, p := f.open("ann"), f.open("bob")
	for i, sel := range []session.Selector{session.ByToken(o.Access.ID), session.BySession(o.Session.ID), session.BySubject("bob")} {
		first := f.revoke(sel)
		f.wantRevoked("Revoke "+sel.Target.String()+" again", f.revoke(sel), first.Seq, 0)
		if first.Seq != session.Seq(i)+1 {
			f.Errorf("entry %d, want %d", first.Seq, i+1)
		}
	}
	f.open("carl")
	f.revoke(session.BySubject("carl"))
	f.wantRevoked("Revoke session after others", f.revoke(session.BySession(o.Session.ID)), 2, 0)
	f.wantRevoked("Revoke token of an ended session", f.revoke(session.ByToken(o.Refresh.ID)), 2, 0)
	f.wantRevoked("Revoke subject after others", f.revoke(session.BySubject("bob")), 3, 0)
	f.wantRevoked("Revoke session of an ended subject", f.revoke(session.BySession(p.Session.ID)), 3, 0)
	if f.head() != 4 {
		f.Errorf("head is %d, want 4", f.head())
	}
}

func revokeUnknown(f *fixture) {
	f.open("ann")
	f.revoke(session.BySubject("ann"))
	for _, sel := range []session.Selector{
		session.BySession(session.NewID()), session.ByToken(session.NewID()), session.BySubject("nobody"), session.ByClient("nobody"),
		{Target: session.TargetSession, Key: "no id"},
		{Target: session.TargetToken},
		session.BySubject(""),
	} {
		f.wantRevoked("Revoke unknown "+sel.Target.String(), f.revoke(sel), 1, 0)
	}
	f.wantEntries(0, session.BySubject("ann"))
}

// revokeNothingLeft waits for the entry that ended the last session, also when it was not one for the whole subject: whoever repeats a
// logout must not return before the first one has settled (pitfall P16).
func revokeNothingLeft(f *fixture) {
	f.open("ann")
	f.revoke(session.BySubject("ann")) // 1
	o := f.open("ann")
	f.revoke(session.BySession(o.Session.ID)) // 2
	if got := f.revoke(session.BySubject("ann")); got.Seq < 2 || got.Ended != 0 {
		f.Errorf("Revoke subject = %+v, want an entry that is not before 2 and nothing ended", got)
	}
	if f.head() != 2 {
		f.Errorf("head is %d, want 2: there was nothing to take back", f.head())
	}
}

func revokeCountsActive(f *fixture) {
	idle := f.opening("ann")
	idle.Session.IdleTTL = time.Minute
	f.must(f.Open(f.ctx, idle))
	over := f.opening("ann")
	over.Session.ExpiresAt = session.DateOf(f.at.Add(time.Minute))
	f.must(f.Open(f.ctx, over))
	f.open("ann")
	f.at = f.at.Add(time.Minute)
	if got := f.revoke(session.BySubject("ann")); got.Ended != 1 {
		f.Errorf("ended %d of which one is idle and one has expired, want 1", got.Ended)
	}
	if got := f.revoke(session.BySession(idle.Session.ID)); got.Ended != 0 {
		f.Errorf("ended %d, want 0", got.Ended)
	}
}

// revokeIdle takes back a session that seems idle, of which a use is on its way: it must not come back with that.
func revokeIdle(f *fixture) {
	o := f.opening("ann")
	o.Session.IdleTTL = time.Minute
	f.must(f.Open(f.ctx, o))
	f.at = f.at.Add(2 * time.Minute)
	f.wantRevoked("Revoke subject", f.revoke(session.BySubject("ann")), 1, 0)
	f.must(f.Touch(f.ctx, []session.Use{{Session: o.Session.ID, At: session.DateOf(f.at)}}))
	f.wantAlive(false, o)
	if n := len(f.sessions("ann")); n != 0 {
		f.Errorf("%d sessions are active, want none", n)
	}
}

func revokeUnknownTarget(f *fixture) {
	for _, target := range []session.Target{0, session.TargetAll + 1} {
		if _, err := f.Revoke(f.ctx, session.Selector{Target: target, Key: "x"}, f.at); !errors.Is(err, session.ErrUnavailable) {
			f.Errorf("Revoke by target %d: error %v, want one that wraps ErrUnavailable", target, err)
		}
	}
	f.wantEntries(0)
}

func revokeSigned(f *fixture) {
	o, end := f.open("ann"), session.DateOf(f.at.Add(time.Minute))
	a, b := session.NewID(), session.NewID()
	signed := func(id session.ID) session.Revoked {
		done, err := f.RevokeSigned(f.ctx, id, end, f.at)
		f.must(err)
		return done
	}
	f.wantRevoked("RevokeSigned", signed(a), 1, 0)
	f.wantRevoked("RevokeSigned of another", signed(b), 2, 0)
	f.wantRevoked("RevokeSigned again", signed(a), 1, 0)
	f.wantAlive(true, o)
	f.wantEntries(0, session.ByToken(a), session.ByToken(b))
}
