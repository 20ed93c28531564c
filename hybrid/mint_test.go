package hybrid_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/internal/vectors"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

func TestWhatWasMintedVerifiesInEveryAlgorithm(t *testing.T) {
	for _, algorithm := range []jwks.Algorithm{jwks.EdDSA, jwks.ES256, jwks.RS256} {
		ring := newRing(t, algorithm)
		token, claims, err := minter(t, ring).Mint(request(), now)
		if err != nil {
			t.Fatal(err)
		}
		v := verifier(t, ring, func(c *hybrid.Config) { c.Algorithms = []jwks.Algorithm{algorithm} })
		verdict, err := v.Verify(t.Context(), token.Reveal(), now)
		if err != nil || !verdict.Good {
			t.Fatalf("%s: %+v, %v", algorithm, verdict, err)
		}
		claims.KeyID = ring.Public(now).Keys()[0].ID
		if diff := cmp.Diff(claims, verdict.Claims); diff != "" {
			t.Errorf("%s (-minted +verified):\n%s", algorithm, diff)
		}
	}
}

func TestATokenNeverSaysMoreThanItsAnswer(t *testing.T) {
	m := minter(t, newRing(t, jwks.EdDSA))
	for name, c := range map[string]struct {
		change func(*hybrid.Request)
		reason session.Reason
	}{
		"inactive":             {func(q *hybrid.Request) { q.Answer = introspect.Answer{} }, session.InvalidRequest},
		"expired":              {func(q *hybrid.Request) { q.Answer.ExpiresAt = session.DateOf(now) }, session.InvalidRequest},
		"not yet":              {func(q *hybrid.Request) { q.Answer.NotBefore = session.DateOf(now) + 1 }, session.InvalidRequest},
		"a refresh token":      {func(q *hybrid.Request) { q.Answer.TokenType = "refresh_token" }, session.InvalidRequest},
		"no audience":          {func(q *hybrid.Request) { q.Audience = "" }, session.InvalidTarget},
		"another audience":     {func(q *hybrid.Request) { q.Audience = "billing" }, session.InvalidTarget},
		"part of a name":       {func(q *hybrid.Request) { q.Audience = "order" }, session.InvalidTarget},
		"two audiences":        {func(q *hybrid.Request) { q.Audience = "orders stock" }, session.InvalidTarget},
		"more scope":           {func(q *hybrid.Request) { q.Scope = session.ListOf("read", "root") }, session.InvalidScope},
		"part of a scope name": {func(q *hybrid.Request) { q.Scope = "rea" }, session.InvalidScope},
		"too long a chain":     {func(q *hybrid.Request) { q.Actors = session.ListOf("a", "b", "c", "d", "e") }, session.InvalidRequest},
	} {
		q := request()
		c.change(q)
		token, _, err := m.Mint(q, now)
		refusal, ok := errors.AsType[*session.Refusal](err)
		if !ok || refusal.Reason != c.reason || !token.IsZero() {
			t.Errorf("%s: %v, %v, want refusal %s", name, token, err, c.reason)
		}
	}
	for name, change := range map[string]func(*hybrid.Request){
		"no subject":    func(q *hybrid.Request) { q.Answer.Subject = "" },
		"broken text":   func(q *hybrid.Request) { q.Answer.Subject = "al\xffce" },
		"no client":     func(q *hybrid.Request) { q.Answer.Client = "" },
		"no session":    func(q *hybrid.Request) { q.Answer.Session = "" },
		"no id":         func(q *hybrid.Request) { q.Answer.ID = "x" },
		"no log":        func(q *hybrid.Request) { q.Log = "" },
		"no end":        func(q *hybrid.Request) { q.Answer.ExpiresAt = 0 },
		"life of a day": func(q *hybrid.Request) { q.TTL = 24 * time.Hour },
		"negative life": func(q *hybrid.Request) { q.TTL = -1 },
		"two spellings": func(q *hybrid.Request) { q.Scope, q.Answer.Scope = "read  write", "read  write" },
		"too long":      func(q *hybrid.Request) { q.Answer.Subject = strings.Repeat("x", jwks.MaxToken) },
	} {
		q := request()
		change(q)
		if token, _, err := m.Mint(q, now); err == nil || !token.IsZero() {
			t.Errorf("%s: %v, %v, want an error", name, token, err)
		}
	}
}

func TestATokenNeverOutlivesItsAnswer(t *testing.T) {
	m := minter(t, newRing(t, jwks.EdDSA))
	for _, c := range []struct {
		ttl  time.Duration
		left session.Date
		want session.Date
	}{
		{0, 890, 60}, {30 * time.Second, 890, 30}, {0, 17, 17}, {hybrid.MaxLife, 299, 299}, {hybrid.MaxLife, 890, 300}, {0, 1, 1},
	} {
		q := request()
		q.TTL, q.Answer.ExpiresAt = c.ttl, session.DateOf(now)+c.left
		_, claims, err := m.Mint(q, now.Add(999*time.Millisecond))
		if err != nil || claims.ExpiresAt != session.DateOf(now)+c.want || claims.IssuedAt != session.DateOf(now) {
			t.Errorf("ttl %v with %d s left: exp %d, %v, want %d", c.ttl, c.left, claims.ExpiresAt-session.DateOf(now), err, c.want)
		}
	}
}

func TestAnExchangeOfAnExchangeKeepsTheHandle(t *testing.T) {
	m := minter(t, newRing(t, jwks.EdDSA))
	_, first, err := m.Mint(request(), now)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := m.Mint(&hybrid.Request{Answer: first.Answer(), Log: first.Log, Audience: audience, Handle: first.Handle, Actors: session.ListOf("gateway")}, now)
	if err != nil {
		t.Fatal(err)
	}
	if second.Handle != first.Handle || second.ID == first.ID || second.Asof != first.Asof || second.AuthTime != first.AuthTime || second.Scope != "" {
		t.Errorf("second = %+v, want tid, asof and auth_time of the first %+v", second, first)
	}
}

func TestATakingBackOfAnythingItHangsOnCoversIt(t *testing.T) {
	ring := newRing(t, jwks.EdDSA)
	q := request()
	q.Actors = session.ListOf("gateway", "edge", "first")
	token, _, err := minter(t, ring).Mint(q, now)
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := verifier(t, ring).Verify(t.Context(), token.Reveal(), now)
	if err != nil || !verdict.Good {
		t.Fatal(verdict, err)
	}
	c := verdict.Claims
	for _, e := range []struct {
		sel  session.Selector
		seq  session.Seq
		want bool
	}{
		{session.ByToken(c.ID), 42, true},
		{session.ByToken(c.Handle), 42, true},
		{session.BySession(c.Session), 42, true},
		{session.BySubject("alice"), 42, true},
		{session.BySubject("alice"), 41, false}, // known good as of that one
		{session.ByClient("web"), 42, true},
		{session.ByClient("gateway"), 42, true},
		{session.ByClient("edge"), 42, true},
		{session.ByClient("first"), 42, true},
		{session.ByClient("other"), 42, false},
		{session.ByKey(c.KeyID), 1, true}, // whatever asof says
		{session.ByKey("other"), 42, false},
		{session.Everything(), 42, true},
		{session.BySubject("bob"), 42, false},
	} {
		set := revocation.NewSet()
		set.Apply([]revocation.Entry{{Seq: e.seq, Selector: e.sel}}, 0)
		if got := c.TakenBack(set); got != e.want {
			t.Errorf("entry %d %v: taken back = %v, want %v", e.seq, e.sel, got, e.want)
		}
	}
}

// TestAnotherTextOfTheSameTokenIsTheSameToken is about ES256: (r, n-s) is as good a signature as (r, s).
func TestAnotherTextOfTheSameTokenIsTheSameToken(t *testing.T) {
	ring := newRing(t, jwks.ES256)
	token, claims, err := minter(t, ring).Mint(request(), now)
	if err != nil {
		t.Fatal(err)
	}
	text := token.Reveal()
	cut := strings.LastIndexByte(text, '.') + 1
	signature, err := b64.DecodeString(text[cut:])
	if err != nil {
		t.Fatal(err)
	}
	n, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	new(big.Int).Sub(n, new(big.Int).SetBytes(signature[32:])).FillBytes(signature[32:])
	twin := text[:cut] + b64.EncodeToString(signature)
	verdict, err := verifier(t, ring, func(c *hybrid.Config) { c.Algorithms = []jwks.Algorithm{jwks.ES256} }).Verify(t.Context(), twin, now)
	if err != nil || !verdict.Good || twin == text {
		t.Fatalf("the twin: %+v, %v", verdict, err)
	}
	set := revocation.NewSet()
	set.Apply([]revocation.Entry{{Seq: 100, Selector: session.ByToken(claims.ID)}}, 0)
	if !verdict.Claims.TakenBack(set) {
		t.Error("the token was taken back, its other text was not")
	}
}

func TestMintersThatCannotWorkAreRefused(t *testing.T) {
	ring := newRing(t, jwks.EdDSA)
	for _, cfg := range []hybrid.MintConfig{
		{Signer: ring}, {Issuer: issuer}, {Issuer: issuer, Signer: ring, TTL: time.Hour}, {Issuer: issuer, Signer: ring, TTL: -1}, {Issuer: "a\nb", Signer: ring},
	} {
		if _, err := hybrid.NewMinter(cfg); err == nil {
			t.Errorf("%+v accepted", cfg)
		}
	}
}

func TestATokenDoesNotPrintItself(t *testing.T) {
	token, _, err := minter(t, newRing(t, jwks.EdDSA)).Mint(request(), now)
	if err != nil {
		t.Fatal(err)
	}
	if printed := fmt.Sprintf("%v %+v %#v", token, token, token); strings.Contains(printed, token.Reveal()[100:120]) {
		t.Errorf("printed: %s", printed)
	}
}

// TestNaughtySubjectsComeThroughOrAreRefused: as they were, or not at all.
func TestNaughtySubjectsComeThroughOrAreRefused(t *testing.T) {
	texts := []string{"plain", "<script>&amp;", `quote " and \ back`, "ÅÍÎÏ˝ÓÔ", "\u202e\u200b", "a\x00b", "a\x7fb", "\ufffd", "👩🏽", "\xff"}
	if data, all := vectors.Read(t, "naughty-strings/blns.json", ""); all {
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatal(err)
		}
	}
	ring := newRing(t, jwks.EdDSA)
	m, v := minter(t, ring), verifier(t, ring)
	through := 0
	for _, text := range texts {
		q := request()
		q.Answer.Subject, q.Answer.ACR = text, text
		token, _, err := m.Mint(q, now)
		if err != nil {
			continue
		}
		verdict, err := v.Verify(t.Context(), token.Reveal(), now)
		if err != nil || !verdict.Good || verdict.Claims.Subject != text || verdict.Claims.ACR != text {
			t.Errorf("subject %q came through as %q, %v, %v", text, verdict.Claims.Subject, verdict.Fault, err)
		}
		through++
	}
	if through == 0 || through == len(texts) {
		t.Errorf("%d of %d came through: the test tests nothing", through, len(texts))
	}
}

// TestVerifyOfMintIsTheAnswer: whatever answer, what comes out is what went in, for the one audience and scope.
func TestVerifyOfMintIsTheAnswer(t *testing.T) {
	ring := newRing(t, jwks.EdDSA)
	m, v := minter(t, ring), verifier(t, ring)
	text := rapid.StringOfN(rapid.RuneFrom([]rune("abcXYZ019 -_.:/\"\\<>&'äß語😀")), 1, 40, -1)
	name := rapid.StringMatching(`[A-Za-z0-9:/._-]{1,12}`)
	list := func(t *rapid.T, label string, least int) session.List {
		return session.ListOf(rapid.SliceOfN(name, least, 6).Draw(t, label)...)
	}
	date := rapid.Int64Range(0, 253402300799)
	rapid.Check(t, func(t *rapid.T) {
		start := session.DateOf(now)
		a := introspect.Answer{
			Active: true, TokenType: "Bearer", Issuer: issuer, Subject: text.Draw(t, "sub"), Client: name.Draw(t, "client"),
			Audience: session.ListOf(append(list(t, "aud", 0).Names(), audience)...), Scope: list(t, "scope", 0), ID: session.NewID().String(), Session: session.NewID().String(),
			IssuedAt: start, NotBefore: start, ExpiresAt: start + session.Date(rapid.Int64Range(1, 1000).Draw(t, "left")),
			AuthTime: session.Date(date.Draw(t, "auth_time")), AMR: list(t, "amr", 0), Asof: session.Seq(rapid.Uint64Range(0, 1<<62).Draw(t, "asof")),
		}
		if rapid.Bool().Draw(t, "with acr") {
			a.ACR = text.Draw(t, "acr")
		}
		if a.Subject != a.Client {
			a.Username = a.Subject
		}
		q := &hybrid.Request{Answer: a, Log: text.Draw(t, "log"), Audience: audience, TTL: time.Duration(rapid.IntRange(1, 300).Draw(t, "ttl")) * time.Second}
		for scope := range a.Scope.All() {
			if rapid.Bool().Draw(t, "keep") {
				q.Scope = session.ListOf(append(q.Scope.Names(), scope)...)
			}
		}
		if actors := list(t, "actors", 0); actors.Len() <= hybrid.MaxActors {
			q.Actors = actors
		}
		for i := range rapid.IntRange(0, hybrid.MaxActors).Draw(t, "made from") {
			q.MadeFrom[i] = session.NewID()
		}
		q.Withheld = hybrid.Withheld(rapid.Uint64().Draw(t, "withheld"))
		token, claims, err := m.Mint(q, now)
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := v.Verify(t.Context(), token.Reveal(), now)
		if err != nil || !verdict.Good {
			t.Fatalf("%+v, %v", verdict, err)
		}
		want := a
		want.Audience, want.Scope, want.ID = audience, q.Scope, claims.ID.String()
		want.ExpiresAt = min(a.ExpiresAt, start+session.Date(q.TTL/time.Second))
		want.Actors = q.Actors
		if diff := cmp.Diff(want, verdict.Claims.Answer()); diff != "" {
			t.Fatalf("answer (-want +got):\n%s", diff)
		}
		if c := verdict.Claims; c.Log != q.Log || c.Actors != q.Actors || c.Handle.String() != a.ID || c.MadeFrom != q.MadeFrom || c.Withheld != q.Withheld {
			t.Fatalf("%+v, want log %q, actors %q, tid %s, made from %v, withheld %v", c, q.Log, q.Actors, a.ID, q.MadeFrom, q.Withheld)
		}
	})
}
