package sessiontest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

var openRules = []rule{
	{"Open/WhatWasWrittenIsFound", openIsFound},
	{"Open/BornIsTheHeadOfItsTransaction", openIsBorn},
	{"Open/WithoutRefreshToken", openWithoutRefresh},
	{"Open/RefusesUnknownAndDisabledClients", openRefusesClients},
	{"Open/LeavesNothingBehindWhenItFails", openFailsWhole},
	{"Open/IsWholeOrNotAtAllWhenTheCallerLeaves", openSurvivesCancel},
	{"Open/ManyAtOnce", openConcurrently},
}

func openIsFound(f *fixture) {
	o := f.open("ann")
	for _, want := range []session.Token{o.Access, o.Refresh} {
		if diff := cmp.Diff(session.Finding{Known: true, Token: want, Head: 0}, f.lookup(want.Digest)); diff != "" {
			f.Errorf("%s (-want +got):\n%s", want.Kind, diff)
		}
	}
	if diff := cmp.Diff([]session.Session{o.Session}, f.sessions("ann")); diff != "" {
		f.Errorf("session (-want +got):\n%s", diff)
	}

	long := f.opening("Ω " + string(make([]byte, 200)))
	long.Session.Device, long.Session.IdleTTL = "it's \"quoted\" \\ 50% @name ?", 1800_000_000_000
	long.Access.Scope, long.Access.Audience = "", "orders"
	f.must(f.Open(f.ctx, long))
	if diff := cmp.Diff([]session.Session{long.Session}, f.sessions(long.Session.Subject)); diff != "" {
		f.Errorf("session (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(long.Access, f.lookup(long.Access.Digest).Token); diff != "" {
		f.Errorf("token with its own scope and audience (-want +got):\n%s", diff)
	}
}

func openIsBorn(f *fixture) {
	for range 3 {
		head := f.head()
		o := f.open("ann")
		if o.Session.Born != head || o.Access.Born != head || o.Refresh.Born != head {
			f.Errorf("opened at head %d: session born %d, access %d, refresh %d", head, o.Session.Born, o.Access.Born, o.Refresh.Born)
		}
		if got := f.lookup(o.Refresh.Digest); got.Token.Born != head || got.Head != head {
			f.Errorf("looked up at head %d: born %d, head %d", head, got.Token.Born, got.Head)
		}
		f.revoke(session.BySession(o.Session.ID))
	}
}

func openWithoutRefresh(f *fixture) {
	o := f.opening("ann")
	o.Refresh = session.Token{}
	f.revoke(session.BySubject(f.open("bob").Session.Subject))
	f.must(f.Open(f.ctx, o))
	if o.Refresh != (session.Token{}) {
		f.Errorf("the missing refresh token became %+v", o.Refresh)
	}
	if !f.lookup(o.Access.Digest).Known || f.lookup(session.Digest{}).Known {
		f.Error("want the access token known, and no token with the zero digest")
	}
}

func openRefusesClients(f *fixture) {
	unknown := f.issuedTo("nobody", f.opening("ann"))
	f.wantRefusal("Open for an unknown client", f.Open(f.ctx, unknown), session.UnauthorizedClient)
	f.wantNothing(unknown)

	f.wantRefusal("Open for a client in other letters", f.Open(f.ctx, f.issuedTo("APP", f.opening("ann"))), session.UnauthorizedClient)

	f.revoke(session.ByClient("app"))
	disabled := f.opening("ann")
	f.wantRefusal("Open for a disabled client", f.Open(f.ctx, disabled), session.UnauthorizedClient)
	f.wantNothing(disabled)

	_, err := f.RemoveClient(f.ctx, "app", session.DateOf(f.at))
	f.must(err)
	f.wantRefusal("Open for a removed client", f.Open(f.ctx, f.opening("ann")), session.UnauthorizedClient)

	f.addClient("app")
	f.wantAlive(true, f.open("ann"))
}

func openFailsWhole(f *fixture) {
	first := f.open("ann")
	for name, spoil := range map[string]func(o *session.Opening){
		"access token is there already":  func(o *session.Opening) { o.Access.Digest = first.Access.Digest },
		"refresh token is there already": func(o *session.Opening) { o.Refresh.Digest = first.Refresh.Digest },
		"both tokens are one":            func(o *session.Opening) { o.Refresh.Digest = o.Access.Digest },
		"session is there already":       func(o *session.Opening) { o.Session.ID = first.Session.ID },
	} {
		o := f.opening("bob")
		spoil(o)
		if err := f.Open(f.ctx, o); !errors.Is(err, session.ErrUnavailable) {
			f.Errorf("%s: error %v, want one that wraps ErrUnavailable", name, err)
		}
		for _, d := range []session.Digest{o.Access.Digest, o.Refresh.Digest} {
			if got := f.lookup(d); got.Known && got.Token.Subject != "ann" {
				f.Errorf("%s: token %v was written", name, d)
			}
		}
		if n := len(f.sessions("bob")); n != 0 {
			f.Errorf("%s: %d sessions were written", name, n)
		}
	}
	f.wantAlive(true, first, f.open("bob"))
}

// openSurvivesCancel leaves at every possible moment.
func openSurvivesCancel(f *fixture) {
	var all sync.WaitGroup
	done := make([]*session.Opening, 200)
	errs := make([]error, len(done))
	for i := range done {
		done[i] = f.opening(fmt.Sprint("subject ", i))
	}
	for i := range done {
		ctx, cancel := context.WithCancel(f.ctx)
		all.Go(func() { errs[i] = f.Open(ctx, done[i]) })
		all.Go(func() {
			for range i % 50 {
				_, _ = f.Lookup(f.ctx, done[i].Access.Digest)
			}
			cancel()
		})
	}
	all.Wait()
	for i, o := range done {
		if errs[i] == nil {
			f.wantAlive(true, o)
			continue
		}
		if !errors.Is(errs[i], session.ErrUnavailable) {
			f.Errorf("error %v, want one that wraps ErrUnavailable", errs[i])
		}
		f.wantNothing(o)
	}
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	o := f.opening("ann")
	if err := f.Open(ended, o); !errors.Is(err, session.ErrUnavailable) {
		f.Errorf("Open after ctx has ended: error %v, want one that wraps ErrUnavailable", err)
	}
	f.wantNothing(o)
}

func openConcurrently(f *fixture) {
	var all sync.WaitGroup
	opened := make([]*session.Opening, 300)
	errs := make([]error, len(opened))
	for i := range opened {
		opened[i] = f.opening("ann")
		if i%10 == 9 {
			opened[i].Access.Digest = opened[i-1].Access.Digest // one of the two fails, alone
		}
	}
	for i := range opened {
		all.Go(func() { errs[i] = f.Open(f.ctx, opened[i]) })
	}
	all.Wait()
	failed := 0
	for i, err := range errs {
		if err != nil {
			failed++
			if f.lookup(opened[i].Refresh.Digest).Known {
				f.Errorf("the refresh token of an opening that failed is known")
			}
			continue
		}
		f.wantAlive(true, opened[i])
	}
	if want := len(opened) / 10; failed != want || len(f.sessions("ann")) != len(opened)-want {
		f.Errorf("%d failed and %d are listed, want %d and %d", failed, len(f.sessions("ann")), want, len(opened)-want)
	}
}
