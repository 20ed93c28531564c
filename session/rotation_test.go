package session

import (
	"testing"
	"time"
)

var (
	noon   = time.Unix(1_800_000_000, 0)
	family = Token{
		Digest: Digest{1}, Kind: Refresh, ID: NewID(), SessionID: NewID(), Subject: "alice", Client: "web",
		Audience: "orders billing", Scope: "read write", IssuedAt: DateOf(noon), ExpiresAt: DateOf(noon.Add(time.Hour)),
	}
	followers = []PairDigest{{Digest{2}, Digest{3}}, {Digest{4}, Digest{5}}}
)

func predecessor() *Predecessor {
	return &Predecessor{
		Finding: Finding{Known: true, Token: family},
		Session: Session{ID: family.SessionID, Subject: "alice", ExpiresAt: family.ExpiresAt, LastUsedAt: DateOf(noon)},
	}
}

// used is a predecessor that was exchanged for the second pair two seconds ago.
func used() *Predecessor {
	p := predecessor()
	p.UsedAt = noon.Add(-2 * time.Second)
	p.Successor = followers[1].Refresh
	p.Minted = family.next(Access, followers[1].Access, p.UsedAt)
	return p
}

func rotation() *Rotation {
	return &Rotation{Client: "web", Pairs: followers, AccessTTL: 15 * time.Minute, Window: 10 * time.Second, At: noon}
}

func TestJudgeARotation(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Rotation, *Predecessor)
		used   bool
		want   Outcome
		reason Reason
	}{
		{name: "a good token is exchanged", want: Minted},
		{name: "narrower scope", change: func(r *Rotation, _ *Predecessor) { r.Scope = "read" }, want: Minted},
		{name: "narrower audience", change: func(r *Rotation, _ *Predecessor) { r.Audience = "billing" }, want: Minted},
		{name: "wider scope", change: func(r *Rotation, _ *Predecessor) { r.Scope = "read admin" }, reason: InvalidScope},
		{name: "foreign audience", change: func(r *Rotation, _ *Predecessor) { r.Audience = "payroll" }, reason: InvalidTarget},
		{name: "unknown", change: func(_ *Rotation, p *Predecessor) { p.Known = false }, reason: InvalidGrant},
		{name: "an access token", change: func(_ *Rotation, p *Predecessor) { p.Token.Kind = Access }, reason: InvalidGrant},
		{name: "another client's", change: func(r *Rotation, _ *Predecessor) { r.Client = "mobile" }, reason: InvalidGrant},
		{name: "taken back", change: func(_ *Rotation, p *Predecessor) { p.Revoked = true }, reason: InvalidGrant},
		{name: "past the absolute end", change: func(r *Rotation, _ *Predecessor) { r.At = noon.Add(time.Hour) }, reason: InvalidGrant},
		{name: "idle too long", change: func(r *Rotation, p *Predecessor) {
			p.Session.IdleTTL, r.At = time.Minute, noon.Add(time.Minute)
		}, reason: InvalidGrant},
		{name: "not idle yet", change: func(r *Rotation, p *Predecessor) {
			p.Session.IdleTTL, r.At = time.Minute, noon.Add(59*time.Second)
		}, want: Minted},

		{name: "the answer was lost", used: true, want: Repeated},
		{name: "a racing caller whose clock was read earlier", used: true, change: func(r *Rotation, p *Predecessor) {
			p.UsedAt = r.At.Add(time.Millisecond)
		}, want: Repeated},
		{name: "the window is over", used: true, change: func(r *Rotation, p *Predecessor) { p.UsedAt = r.At.Add(-r.Window) }, want: Reused},
		{name: "no window", used: true, change: func(r *Rotation, _ *Predecessor) { r.Window = 0 }, want: Reused},
		{name: "no window, and a clock read earlier", used: true, change: func(r *Rotation, p *Predecessor) {
			r.Window, p.UsedAt = 0, r.At.Add(time.Millisecond)
		}, want: Reused},
		{name: "the successor was used", used: true, change: func(_ *Rotation, p *Predecessor) { p.SuccessorUsed = true }, want: Reused},
		{name: "asks for something else", used: true, change: func(r *Rotation, _ *Predecessor) { r.Scope = "read" }, want: Reused},
		{name: "asks for too much", used: true, change: func(r *Rotation, _ *Predecessor) { r.Scope = "admin" }, want: Reused},
		{name: "the successor is of a key we do not have", used: true, change: func(_ *Rotation, p *Predecessor) { p.Successor = Digest{9} }, want: Reused},
		{name: "used by another client", used: true, change: func(r *Rotation, _ *Predecessor) { r.Client = "mobile" }, reason: InvalidGrant},
		{name: "used, but the session has ended", used: true, change: func(_ *Rotation, p *Predecessor) { p.Revoked = true }, reason: InvalidGrant},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, p := rotation(), predecessor()
			if c.used {
				p = used()
			}
			if c.change != nil {
				c.change(r, p)
			}
			got := r.Judge(p)
			if got.Outcome != c.want {
				t.Fatalf("Outcome = %v (%v), want %v", got.Outcome, got.Refusal, c.want)
			}
			if c.want == Refused && got.Refusal.Reason != c.reason {
				t.Errorf("Reason = %v, want %v", got.Refusal.Reason, c.reason)
			}
			if c.want == Repeated && (got.Pair != 1 || got.Access != p.Minted) {
				t.Errorf("repeats pair %d, want the one that was given, 1", got.Pair)
			}
		})
	}
}

func TestNarrowingOnceDoesNotNarrowTheFamily(t *testing.T) {
	r := rotation()
	r.Scope, r.Audience = "write", "orders"
	got := r.Judge(predecessor())
	if got.Access.Scope != "write" || got.Access.Audience != "orders" {
		t.Errorf("access token has %q for %q, want what was asked for", got.Access.Scope, got.Access.Audience)
	}
	if got.Refresh.Scope != family.Scope || got.Refresh.Audience != family.Audience || got.Refresh.ExpiresAt != family.ExpiresAt {
		t.Errorf("refresh token has %q for %q until %d, want all that its predecessor had", got.Refresh.Scope, got.Refresh.Audience, got.Refresh.ExpiresAt)
	}
}

func TestAnAccessTokenNeverOutlivesItsSession(t *testing.T) {
	s := Session{ExpiresAt: DateOf(noon.Add(time.Minute))}
	if got := s.TokenEnd(noon, time.Hour); got != s.ExpiresAt {
		t.Errorf("TokenEnd = %d, want the session's end %d", got, s.ExpiresAt)
	}
	s = Session{ExpiresAt: DateOf(noon.Add(time.Hour)), IdleTTL: 5 * time.Minute}
	if got, want := s.TokenEnd(noon, 15*time.Minute), DateOf(noon.Add(5*time.Minute)); got != want {
		t.Errorf("TokenEnd = %d, want the idle limit %d", got, want)
	}
}

func TestSuccessionIsTheSameForTheSameTokenAndNoOther(t *testing.T) {
	key, other := make([]byte, 32), append(make([]byte, 31), 1)
	s, err := NewSuccession(key)
	if err != nil {
		t.Fatal(err)
	}
	first, second := NewHandle(Refresh), NewHandle(Refresh)
	pair := s.After(first)[0]
	if pair != s.After(first)[0] {
		t.Error("the same predecessor gives two different pairs")
	}
	if pair.Access.Kind() != Access || pair.Refresh.Kind() != Refresh {
		t.Errorf("derived a %v and a %v", pair.Access.Kind(), pair.Refresh.Kind())
	}
	if pair == s.After(second)[0] {
		t.Error("two predecessors give one pair")
	}
	turned, err := NewSuccession(other, key)
	if err != nil {
		t.Fatal(err)
	}
	if after := turned.After(first); after[0] == pair || after[1] != pair {
		t.Error("after the key was changed the old pair must be found second")
	}
	for _, keys := range [][][]byte{nil, {make([]byte, 31)}} {
		if _, err := NewSuccession(keys...); err == nil {
			t.Errorf("NewSuccession took %d keys of which one is short", len(keys))
		}
	}
}
