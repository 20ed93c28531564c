package sessiontest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

var rotateRules = []rule{
	{"Rotate/MintsAPairAndUsesTheTokenUp", rotateMints},
	{"Rotate/RepeatsThePairWithinTheWindow", rotateRepeats},
	{"Rotate/RepeatsUnderAnOlderKey", rotateOlderKey},
	{"Rotate/ReuseEndsTheSession", rotateReuse},
	{"Rotate/RefusalsChangeNothing", rotateRefuses},
	{"Rotate/NarrowsAndNeverWidens", rotateNarrows},
	{"Rotate/KeepsTheSessionsEnds", rotateEnds},
}

func (f *fixture) rotation(d session.Digest) *session.Rotation {
	return &session.Rotation{
		Presented: d, Client: "app", Pairs: []session.PairDigest{{Access: f.digest(), Refresh: f.digest()}},
		AccessTTL: accessTTL, Window: window, At: f.at,
	}
}

func (f *fixture) rotate(r *session.Rotation, want session.Outcome) session.Rotated {
	f.Helper()
	got, err := f.Rotate(f.ctx, r)
	f.must(err)
	if got.Outcome != want {
		f.Fatalf("outcome %d (refusal %v), want %d", got.Outcome, got.Refusal, want)
	}
	if want == session.Refused && (got.Refusal == nil || got.Seq != 0 || got.Access != session.Token{}) {
		f.Errorf("refused with %+v, want a refusal and nothing else", got)
	}
	return got
}

func rotateMints(f *fixture) {
	f.revoke(session.BySession(f.open("bob").Session.ID))
	o := f.open("ann")
	f.revoke(session.BySession(f.open("bob").Session.ID))
	f.at = f.at.Add(time.Minute)
	r := f.rotation(o.Refresh.Digest)
	got := f.rotate(r, session.Minted)
	if got.Session != o.Session.ID || got.Subject != "ann" || got.Pair != 0 {
		f.Errorf("minted for session %v of %q, pair %d", got.Session, got.Subject, got.Pair)
	}
	want := o.Access
	want.Digest, want.ID, want.IssuedAt, want.Born = r.Pairs[0].Access, got.Access.ID, session.DateOf(f.at), 2
	want.ExpiresAt = o.Session.TokenEnd(f.at, accessTTL)
	if diff := cmp.Diff(want, got.Access); diff != "" {
		f.Errorf("access token (-want +got):\n%s", diff)
	}
	want = o.Refresh
	want.Digest, want.ID, want.IssuedAt, want.Born = r.Pairs[0].Refresh, got.Refresh.ID, session.DateOf(f.at), 2
	if diff := cmp.Diff(want, got.Refresh); diff != "" {
		f.Errorf("refresh token (-want +got):\n%s", diff)
	}
	for _, token := range []session.Token{got.Access, got.Refresh} {
		if diff := cmp.Diff(session.Finding{Known: true, Token: token, Head: 2}, f.lookup(token.Digest)); diff != "" {
			f.Errorf("%s as kept (-want +got):\n%s", token.Kind, diff)
		}
	}
	// Calls in flight with the old access token do not fail.
	f.wantAlive(true, o)
	f.rotate(f.rotation(got.Refresh.Digest), session.Minted)
	f.wantEntries(2)
	if n := len(f.sessions("ann")); n != 1 {
		f.Errorf("%d sessions after two rotations, want 1", n)
	}
}

func rotateRepeats(f *fixture) {
	o := f.open("ann")
	r := f.rotation(o.Refresh.Digest)
	minted := f.rotate(r, session.Minted)
	for _, later := range []time.Duration{0, time.Millisecond, window - time.Millisecond} {
		again := *r
		again.At = f.at.Add(later)
		got := f.rotate(&again, session.Repeated)
		if got.Access != minted.Access || got.Pair != 0 || got.Session != o.Session.ID {
			f.Errorf("repeated after %v: %+v, want the access token of before", later, got)
		}
	}
	f.wantEntries(0)
	f.rotate(f.rotation(minted.Refresh.Digest), session.Minted)
}

func rotateOlderKey(f *fixture) {
	o := f.open("ann")
	r := f.rotation(o.Refresh.Digest)
	minted := f.rotate(r, session.Minted)
	newer := session.PairDigest{Access: f.digest(), Refresh: f.digest()}
	r.Pairs = []session.PairDigest{newer, r.Pairs[0]}
	if got := f.rotate(r, session.Repeated); got.Pair != 1 || got.Access != minted.Access {
		f.Errorf("repeated pair %d with %+v, want pair 1 with the access token of before", got.Pair, got.Access)
	}
	if f.lookup(newer.Access).Known || f.lookup(newer.Refresh).Known {
		f.Error("a second pair was written")
	}
}

func rotateReuse(f *fixture) {
	head := session.Seq(0)
	for name, reuse := range map[string]func(r *session.Rotation, next session.Digest){
		"after the window":    func(r *session.Rotation, _ session.Digest) { r.At = r.At.Add(window) },
		"without a window":    func(r *session.Rotation, _ session.Digest) { r.Window = 0 },
		"successor used":      func(_ *session.Rotation, next session.Digest) { f.rotate(f.rotation(next), session.Minted) },
		"asks for less scope": func(r *session.Rotation, _ session.Digest) { r.Scope = "read" },
		"asks for more scope": func(r *session.Rotation, _ session.Digest) { r.Scope = "admin" },
		"other key":           func(r *session.Rotation, _ session.Digest) { r.Pairs = f.rotation(r.Presented).Pairs },
	} {
		o := f.open("ann")
		bystander := f.open("ann")
		r := f.rotation(o.Refresh.Digest)
		minted := f.rotate(r, session.Minted)
		reuse(r, minted.Refresh.Digest)
		got := f.rotate(r, session.Reused)
		head++
		if got.Seq != head || got.Session != o.Session.ID || got.Subject != "ann" {
			f.Errorf("%s: entry %d for session %v of %q, want entry %d", name, got.Seq, got.Session, got.Subject, head)
		}
		f.wantEntries(head-1, session.BySession(o.Session.ID))
		f.wantAlive(false, o)
		for _, d := range []session.Digest{minted.Access.Digest, minted.Refresh.Digest} {
			if !f.lookup(d).Revoked {
				f.Errorf("%s: what was minted is still good", name)
			}
		}
		f.rotate(f.rotation(minted.Refresh.Digest), session.Refused)
		f.rotate(r, session.Refused)
		f.wantAlive(true, bystander)
		f.revoke(session.BySession(bystander.Session.ID))
		head++
	}
}

func rotateRefuses(f *fixture) {
	ended, gone, o := f.open("ann"), f.open("bob"), f.open("carl")
	f.revoke(session.BySession(ended.Session.ID))
	f.revoke(session.BySubject("bob"))
	token := f.open("dora")
	f.revoke(session.ByToken(token.Refresh.ID))
	idle := f.opening("emil")
	idle.Session.IdleTTL = time.Minute
	f.must(f.Open(f.ctx, idle))
	for name, r := range map[string]*session.Rotation{
		"unknown":          f.rotation(f.digest()),
		"an access token":  f.rotation(o.Access.Digest),
		"of another":       {Presented: o.Refresh.Digest, Client: "other", Pairs: f.rotation(o.Refresh.Digest).Pairs, AccessTTL: accessTTL, At: f.at},
		"session ended":    f.rotation(ended.Refresh.Digest),
		"subject ended":    f.rotation(gone.Refresh.Digest),
		"token taken back": f.rotation(token.Refresh.Digest),
		"idle":             {Presented: idle.Refresh.Digest, Client: "app", Pairs: f.rotation(idle.Refresh.Digest).Pairs, AccessTTL: accessTTL, At: f.at.Add(time.Minute)},
		"expired":          {Presented: o.Refresh.Digest, Client: "app", Pairs: f.rotation(o.Refresh.Digest).Pairs, AccessTTL: accessTTL, At: f.at.Add(sessionTTL)},
	} {
		got := f.rotate(r, session.Refused)
		if got.Refusal.Reason != session.InvalidGrant {
			f.Errorf("%s: refused with %v, want invalid_grant", name, got.Refusal)
		}
		if f.lookup(r.Pairs[0].Access).Known || f.lookup(r.Pairs[0].Refresh).Known {
			f.Errorf("%s: refused, and a pair was written", name)
		}
	}
	f.wantEntries(3)
	f.rotate(f.rotation(o.Refresh.Digest), session.Minted) // not used up by any of these
}

func rotateNarrows(f *fixture) {
	o := f.open("ann")
	for _, q := range []struct {
		scope, audience session.List
		want            session.Reason
	}{
		{scope: "read admin", want: session.InvalidScope},
		{scope: "rea", want: session.InvalidScope},
		{audience: "orders shop", want: session.InvalidTarget},
	} {
		r := f.rotation(o.Refresh.Digest)
		r.Scope, r.Audience = q.scope, q.audience
		if got := f.rotate(r, session.Refused); got.Refusal.Reason != q.want {
			f.Errorf("scope %q audience %q: refused with %v, want %s", q.scope, q.audience, got.Refusal, q.want)
		}
	}
	r := f.rotation(o.Refresh.Digest)
	r.Scope, r.Audience = "write", "billing"
	got := f.rotate(r, session.Minted)
	kept := f.lookup(got.Access.Digest).Token
	if kept.Scope != "write" || kept.Audience != "billing" {
		f.Errorf("narrowed access token has scope %q for %q", kept.Scope, kept.Audience)
	}
	if again := f.rotate(r, session.Repeated); again.Access != got.Access {
		f.Errorf("repeated %+v, want %+v", again.Access, got.Access)
	}
	// The refresh token keeps what it had (RFC 6749 §6).
	next := f.rotate(f.rotation(got.Refresh.Digest), session.Minted)
	if next.Access.Scope != "read write" || next.Access.Audience != "orders billing" {
		f.Errorf("after a narrower one the access token has scope %q for %q", next.Access.Scope, next.Access.Audience)
	}
}

func rotateEnds(f *fixture) {
	o := f.opening("ann")
	o.Session.IdleTTL = time.Minute
	f.must(f.Open(f.ctx, o))
	digest := o.Refresh.Digest
	for range 3 { // each is a use: the idle limit is counted from the last
		f.at = f.at.Add(40 * time.Second)
		got := f.rotate(f.rotation(digest), session.Minted)
		if want := session.DateOf(f.at.Add(time.Minute)); got.Access.ExpiresAt != want {
			f.Errorf("access token ends at %d, want %d, the idle limit", got.Access.ExpiresAt, want)
		}
		if got.Refresh.ExpiresAt != o.Session.ExpiresAt {
			f.Errorf("refresh token ends at %d, want %d, the session's end", got.Refresh.ExpiresAt, o.Session.ExpiresAt)
		}
		digest = got.Refresh.Digest
	}
	if list := f.sessions("ann"); len(list) != 1 || list[0].LastUsedAt != session.DateOf(f.at) {
		f.Errorf("sessions %+v, want one last used at %d", list, session.DateOf(f.at))
	}
	f.at = f.at.Add(time.Minute)
	f.rotate(f.rotation(digest), session.Refused)
}
