package hybrid_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

func TestIntrospectionOfASignedTokenIsInStepWithItsClaims(t *testing.T) {
	o := open(t, 100)
	out := o.exchange("gateway", o.login("web").Pair.Access, "orders")
	for client, want := range map[string]bool{"orders-api": true, "root": true, "stock-api": false} {
		a, err := o.answers.Answer(t.Context(), o.client(client), out.Token, now)
		if err != nil || a.Active != want {
			t.Errorf("%s: %+v, %v, want active %v", client, a, err, want)
		}
		if want && a != out.Claims.Answer() {
			t.Errorf("%s: %+v, want %+v", client, a, out.Claims.Answer())
		}
		if !want && a != (introspect.Answer{}) {
			t.Errorf("%s: %+v, want nothing", client, a)
		}
	}
	if _, err := o.answers.Answer(t.Context(), o.client("gateway"), out.Token, now); !errors.Is(err, introspect.ErrForbidden) {
		t.Errorf("gateway: %v, want ErrForbidden", err)
	}
}

func TestASignedTokenEndsWhenItSays(t *testing.T) {
	o := open(t, 100)
	out := o.exchange("gateway", o.login("web").Pair.Access, "orders")
	for after, want := range map[time.Duration]bool{-time.Second: true, 59 * time.Second: true, 60 * time.Second: false, 4 * time.Minute: false} {
		a, err := o.answers.Answer(t.Context(), o.client("root"), out.Token, now.Add(after))
		if err != nil || a.Active != want {
			t.Errorf("after %v: active %v, %v", after, a.Active, err)
		}
	}
}

func TestWhatWeDidNotSignIsInactive(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	out := o.exchange("gateway", login.Pair.Access, "orders")
	text := out.Token.Reveal()
	other := newRing(t, jwks.EdDSA)
	m, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: issuer, Signer: other})
	o.must(err)
	forged, _, err := m.Mint(&hybrid.Request{Answer: out.Claims.Answer(), Log: out.Claims.Log, Audience: "orders", Handle: login.Access.ID}, now)
	o.must(err)
	mine := minter(t, o.ring)
	// Signed by us, of another log, or of a handle that is not there or another's.
	sign := func(change func(q *hybrid.Request)) string {
		q := &hybrid.Request{Answer: out.Claims.Answer(), Log: out.Claims.Log, Audience: "orders", Handle: login.Access.ID}
		change(q)
		token, _, err := mine.Mint(q, now)
		o.must(err)
		return token.Reveal()
	}
	if !o.active(session.Present(sign(func(*hybrid.Request) {}))) {
		t.Fatal("the unchanged one is not active")
	}
	foreign, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: issuer + "/", Signer: o.ring})
	o.must(err)
	elsewhere, _, err := foreign.Mint(&hybrid.Request{Answer: out.Claims.Answer(), Log: out.Claims.Log, Audience: "orders", Handle: login.Access.ID}, now)
	o.must(err)
	statement, err := o.ring.Sign(nil, "token-introspection+jwt", []byte(`{"iss":"`+issuer+`","aud":"orders-api","iat":1800000000,"token_introspection":{"active":true}}`), now)
	o.must(err)
	for name, token := range map[string]string{
		"forged": forged.Reveal(), "cut": text[:len(text)-4], "changed": strings.Replace(text, ".", ".A", 1), "another issuer": elsewhere.Reveal(),
		"a signed answer": string(statement), "too long": text + strings.Repeat("A", 9000), "dots": "..", "unsigned": text[:strings.LastIndexByte(text, '.')+1],
		"of another log":           sign(func(q *hybrid.Request) { q.Log = "another" }),
		"of no handle":             sign(func(q *hybrid.Request) { q.Handle = session.NewID() }),
		"of a refresh token":       sign(func(q *hybrid.Request) { q.Handle = o.refreshID(login) }),
		"of another session":       sign(func(q *hybrid.Request) { q.Answer.Session = session.NewID().String() }),
		"of another subject":       sign(func(q *hybrid.Request) { q.Answer.Subject = "mallory" }),
		"of another client's user": sign(func(q *hybrid.Request) { q.Answer.Client = "job" }),
	} {
		if o.active(session.Present(token)) {
			t.Errorf("%s: active", name)
		}
	}
}

// Our own keys sign other statements too. The same claims under another type are no access token (RFC 8725 §3.12).
func TestOurSignatureUnderAnotherTypeIsNoAccessToken(t *testing.T) {
	o := open(t, 100)
	out := o.exchange("gateway", o.login("web").Pair.Access, "orders")
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(out.Token.Reveal(), ".")[1])
	o.must(err)
	for typ, want := range map[string]bool{
		"at+jwt": true, "JWT": false, "token-introspection+jwt": false, "logout+jwt": false, "secevent+jwt": false, "statuslist+jwt": false, "txntoken+jwt": false,
		"dpop+jwt": false, "client-authentication+jwt": false, "oauth-authz-req+jwt": false, "at+jwt+x": false,
	} {
		token, err := o.ring.Sign(nil, typ, claims, now)
		o.must(err)
		if got := o.active(session.Present(string(token))); got != want {
			t.Errorf("%s: active %v, want %v", typ, got, want)
		}
		got, err := o.try("orders-api", session.Present(string(token)), "stock", "", now)
		if !want {
			o.refused(typ, session.InvalidRequest, got, err)
		} else {
			o.must(err)
		}
	}
}

func (o *office) refreshID(login *session.Opened) session.ID {
	o.Helper()
	found, err := o.store.Lookup(o.Context(), login.Pair.Refresh.Digest())
	o.must(err)
	return found.Token.ID
}

// The set forgets; the store does not.
func TestATokenOfASessionThatEndedLongAgoIsInactive(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	token := o.exchange("gateway", login.Pair.Access, "orders").Token
	o.end(session.BySession(login.Session.ID))
	o.passed.Store(int64(11 * time.Minute))
	o.end(session.BySubject("nobody")) // a renewal, at which it forgets
	o.must(o.node.Renewed(t.Context()))
	o.end(session.BySession(o.login("web").Session.ID))
	if n := o.node.Set().Len(); n != 1 {
		t.Fatalf("the set remembers %d entries, want the last", n)
	}
	if o.active(token) {
		t.Error("active")
	}
}

func TestAStoreThatIsAwayIsNoAnswer(t *testing.T) {
	o := open(t, 100)
	token := o.exchange("gateway", o.login("web").Pair.Access, "orders").Token
	o.store.Fail(errors.New("pulled"))
	if a, err := o.answers.Answer(t.Context(), o.client("root"), token, now); !errors.Is(err, session.ErrUnavailable) || a != (introspect.Answer{}) {
		t.Errorf("Answer = %+v, %v, want ErrUnavailable", a, err)
	}
}

// Pitfall P26: whatever a logout races with, nothing that came of it is of use after the logout has returned.
func TestP26AnExchangeThatRacesALogoutLeavesNothing(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	read, ended := make(chan struct{}), make(chan struct{})
	var once sync.Once
	o.store.AfterLookup(func(session.Digest) { // the row was read: alive
		once.Do(func() { close(read); <-ended })
	})
	var got hybrid.Exchanged
	var err error
	var exchanging sync.WaitGroup
	exchanging.Go(func() { got, err = o.try("gateway", login.Pair.Access, "orders", "", now) })
	<-read
	o.end(session.BySession(login.Session.ID))
	close(ended)
	exchanging.Wait()
	if err == nil && o.active(got.Token) {
		t.Error("a token that was made meanwhile is active")
	}
	after, err := o.try("gateway", login.Pair.Access, "orders", "", now)
	o.refused("afterwards", session.InvalidRequest, after, err)
}

// late finds, and lets something happen before it tells.
type late struct {
	hybrid.Finder
	meanwhile func()
}

func (l late) Find(ctx context.Context, d session.Digest, at time.Time, admit func() error) (session.Found, error) {
	found, err := l.Finder.Find(ctx, d, at, admit)
	l.meanwhile()
	return found, err
}

// The token says as of when its handle was good, not when it was made.
func TestP26ALogoutBetweenLookingAndSigningCoversWhatIsSigned(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	reader, err := hybrid.NewReader(hybrid.ReaderConfig{
		Issuer: issuer, Keys: o.ring, Fence: o.node, Finder: late{o.cache, func() { o.end(session.BySession(login.Session.ID)) }},
	})
	o.must(err)
	e, err := hybrid.NewExchanger(hybrid.ExchangerConfig{Reader: reader, Callers: o.callers, Minter: minter(t, o.ring)})
	o.must(err)
	out, err := e.Exchange(t.Context(), o.client("gateway"), &hybrid.ExchangeRequest{Token: login.Pair.Access, Audience: "orders"}, now)
	o.must(err)
	if !out.Claims.TakenBack(o.node.Set()) || o.active(out.Token) {
		t.Errorf("as of %d, with entry %d applied: not taken back, or active", out.Claims.Asof, o.node.Set().Applied())
	}
}

func TestNoTokenIsPrinted(t *testing.T) {
	o := open(t, 100)
	out := o.exchange("gateway", o.login("web").Pair.Access, "orders")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if text := fmt.Sprintf(verb, out); strings.Contains(text, "eyJ") || strings.Contains(text, "65794a") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestP26ManyExchangesRaceManyLogouts(t *testing.T) {
	o := open(t, 200)
	const sessions, exchangers = 60, 4
	for range sessions {
		login := o.login("web")
		var mu sync.Mutex
		var made []session.Handle
		stop, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for range exchangers {
			running.Go(func() {
				clients, audiences := []string{"gateway", "edge", ""}, []session.List{"orders:read", "orders:write", ""}
				for stop.Err() == nil {
					got, err := o.try(clients[rand.IntN(3)], login.Pair.Access, "orders", audiences[rand.IntN(3)], now)
					if err != nil {
						continue
					}
					mu.Lock()
					made = append(made, got.Token)
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
		o.end(session.BySession(login.Session.ID))
		mu.Lock()
		before := len(made)
		mu.Unlock()
		cancel()
		running.Wait()
		for i, token := range made[max(0, len(made)-50):] {
			if o.active(token) {
				t.Fatalf("token %d of %d, of which %d before the logout returned, is active", i, len(made), before)
			}
		}
	}
}
