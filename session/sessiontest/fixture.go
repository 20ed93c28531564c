package sessiontest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// fixture is one store under test, with the client "app" registered.
type fixture struct {
	*testing.T
	Stores
	ctx  context.Context
	at   time.Time
	made int // numbers digests
}

// Lifetimes of what the fixture opens.
const (
	accessTTL  = 15 * time.Minute
	sessionTTL = 24 * time.Hour
	window     = 10 * time.Second
)

func newFixture(t *testing.T, s Stores) *fixture {
	f := &fixture{T: t, Stores: s, ctx: t.Context(), at: time.Unix(1_800_000_000, 0).UTC()}
	f.addClient("app")
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) addClient(id string) {
	f.Helper()
	f.must(f.AddClient(f.ctx, caller.Client{ID: id, Roles: caller.Service, Method: caller.SecretBasic, CreatedAt: session.DateOf(f.at)}))
}

func (f *fixture) digest() session.Digest {
	f.made++
	return sha256.Sum256(fmt.Append(nil, f.Name(), f.made))
}

// opening is a session that has not been opened yet.
func (f *fixture) opening(subject string) *session.Opening {
	at := session.DateOf(f.at)
	s := session.Session{
		ID: session.NewID(), Subject: subject, Client: "app", Audience: "orders billing", Scope: "read write", ACR: "urn:2fa", AMR: "pwd otp",
		AuthTime: at - 60, Device: "a phone", IP: "2001:db8::1", OpenedAt: at, ExpiresAt: at + session.Date(sessionTTL.Seconds()), LastUsedAt: at,
	}
	access := session.Token{
		Digest: f.digest(), Kind: session.Access, ID: session.NewID(), SessionID: s.ID, Subject: s.Subject, Client: s.Client, Audience: s.Audience,
		Scope: s.Scope, ACR: s.ACR, AMR: s.AMR, AuthTime: s.AuthTime, IssuedAt: at, ExpiresAt: s.TokenEnd(f.at, accessTTL),
	}
	refresh := access
	refresh.Digest, refresh.Kind, refresh.ID, refresh.ExpiresAt = f.digest(), session.Refresh, session.NewID(), s.ExpiresAt
	return &session.Opening{Session: s, Access: access, Refresh: refresh}
}

func (f *fixture) issuedTo(client string, o *session.Opening) *session.Opening {
	o.Session.Client, o.Access.Client, o.Refresh.Client = client, client, client
	return o
}

func (f *fixture) open(subject string) *session.Opening {
	f.Helper()
	o := f.opening(subject)
	f.must(f.Open(f.ctx, o))
	return o
}

func (f *fixture) lookup(d session.Digest) session.Finding {
	f.Helper()
	found, err := f.Lookup(f.ctx, d)
	f.must(err)
	return found
}

func (f *fixture) revoke(sel session.Selector) session.Revoked {
	f.Helper()
	done, err := f.Revoke(f.ctx, sel, f.at)
	f.must(err)
	return done
}

func (f *fixture) page() revocation.Page {
	f.Helper()
	p, err := f.Read(f.ctx, 0, 1_000_000)
	f.must(err)
	return p
}

func (f *fixture) head() session.Seq {
	f.Helper()
	return f.page().Head
}

func (f *fixture) sessions(subject string) []session.Session {
	f.Helper()
	list, err := f.Sessions(f.ctx, subject, f.at)
	f.must(err)
	return list
}

// wantAlive checks that tokens are known and whether they are taken back.
func (f *fixture) wantAlive(alive bool, openings ...*session.Opening) {
	f.Helper()
	for _, o := range openings {
		for _, t := range []session.Token{o.Access, o.Refresh} {
			if found := f.lookup(t.Digest); !found.Known || found.Revoked == alive {
				f.Errorf("%s of %s: known %v, revoked %v; want known, revoked %v", t.Kind, t.Subject, found.Known, found.Revoked, !alive)
			}
		}
	}
}

// wantNothing checks that an opening left nothing behind.
func (f *fixture) wantNothing(o *session.Opening) {
	f.Helper()
	for _, d := range []session.Digest{o.Access.Digest, o.Refresh.Digest} {
		if f.lookup(d).Known {
			f.Errorf("token %v is known although the session was not opened", d)
		}
	}
	for _, s := range f.sessions(o.Session.Subject) {
		if s.ID == o.Session.ID {
			f.Errorf("session %v is listed although it was not opened", s.ID)
		}
	}
}

// wantEntries checks the log from after a seq on, and that it has no gaps.
func (f *fixture) wantEntries(after session.Seq, want ...session.Selector) {
	f.Helper()
	p := f.page()
	if p.Head != after+session.Seq(len(want)) || len(p.Entries) != int(p.Head-p.Floor) {
		f.Fatalf("log: head %d with %d entries above %d, want head %d", p.Head, len(p.Entries), p.Floor, after+session.Seq(len(want)))
	}
	f.wantContiguous(p.Floor, p.Entries)
	for i, sel := range want {
		if got := p.Entries[after-p.Floor+session.Seq(i)]; got.Selector != sel {
			f.Errorf("entry %d is %v, want %v", got.Seq, got.Selector, sel)
		}
	}
}

func (f *fixture) wantContiguous(after session.Seq, entries []revocation.Entry) {
	f.Helper()
	for i, e := range entries {
		if e.Seq != after+session.Seq(i)+1 {
			f.Fatalf("entry %d stands where %d belongs", e.Seq, after+session.Seq(i)+1)
		}
	}
}

func (f *fixture) wantRevoked(what string, got session.Revoked, seq session.Seq, ended int) {
	f.Helper()
	if want := (session.Revoked{Seq: seq, Ended: ended}); got != want {
		f.Errorf("%s = %+v, want %+v", what, got, want)
	}
}

func (f *fixture) wantRefusal(what string, err error, reason session.Reason) {
	f.Helper()
	refusal, ok := errors.AsType[*session.Refusal](err)
	if !ok || refusal.Reason != reason {
		f.Errorf("%s: error %v, want a refusal %s", what, err, reason)
	}
}
