package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

// elsewhere opens a session as another process on the same database does: this one has never seen its tokens.
func (d *daemon) elsewhere(subject string) pair {
	d.t.Helper()
	s, err := session.NewService(session.Config{
		Store: d.store, Audiences: d.callers, Lifetimes: session.Lifetimes{Access: 15 * time.Minute, Session: time.Hour},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	opened, err := s.Open(d.t.Context(), session.OpenRequest{Subject: subject, Client: "web", Audience: "orders", Scope: "orders:read"}, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	return pair{opened.Pair.Access.Reveal(), opened.Pair.Refresh.Reveal(), opened.Session.ID.String()}
}

func logout(token string) *http.Request {
	req := httptest.NewRequest(http.MethodPost, "/logout", nil)
	req.Header.Set("Authorization", "Bearer "+token)
	return req
}

// flood sends well-formed tokens that were never issued until they are refused, and some more, and says how often the store was asked.
func (d *daemon) flood(n int, client string, request func(token string) *http.Request) int {
	d.t.Helper()
	before, code := d.store.Lookups(), 0
	for range n {
		code = d.do(request(session.NewHandle(session.Access).Reveal()), client).Code
	}
	if code != http.StatusTooManyRequests {
		d.t.Fatalf("the last of %d guesses: %d, want 429", n, code)
	}
	return d.store.Lookups() - before
}

var doors = map[string]struct {
	client  string
	request func(token string) *http.Request
	good    int
}{
	"introspect":   {"orders-api", func(token string) *http.Request { return form("/introspect", "token", token) }, http.StatusOK},
	"exchange":     {"gateway", func(token string) *http.Request { return swap(token, "orders") }, http.StatusOK},
	"forward-auth": {"", func(token string) *http.Request { return forward("audience=orders", token) }, http.StatusOK},
	"logout":       {"", logout, http.StatusNoContent},
	"revoke":       {"web", func(token string) *http.Request { return form("/revoke", "token", token) }, http.StatusOK},
}

func TestAFloodOfGuessesClosesNoOtherDoor(t *testing.T) {
	for flooded, f := range doors {
		t.Run(flooded, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDaemon(t, func(o *options) { o.capacity = 0 })
				issued := map[string]pair{}
				for name := range doors {
					issued[name] = d.open("alice")
				}
				d.flood(600, f.client, f.request)
				for name, door := range doors {
					if w := d.do(door.request(issued[name].access), door.client); w.Code != door.good {
						t.Errorf("%s, for a token that was issued here: %d %s, want %d", name, w.Code, w.Body, door.good)
					}
					want := door.good
					if name == flooded && name != "logout" && name != "revoke" {
						want = http.StatusTooManyRequests // a guess looks the same
					}
					if w := d.do(door.request(d.elsewhere("bob").access), door.client); w.Code != want {
						t.Errorf("%s, for a token that this process has not seen: %d %s, want %d", name, w.Code, w.Body, want)
					}
				}
			})
		})
	}
}

// What was seen once stays known, though nothing is remembered of what it is worth.
func TestATokenThatWasSeenOnceIsNoGuess(t *testing.T) {
	for name, door := range doors {
		if name == "logout" || name == "revoke" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			d := newDaemon(t, func(o *options) { o.capacity = 0 })
			p := d.elsewhere("alice")
			d.do(door.request(p.access), door.client)
			d.flood(600, door.client, door.request)
			if w := d.do(door.request(p.access), door.client); w.Code != door.good {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
			d.do(httptest.NewRequest(http.MethodDelete, "/sessions/"+p.session, nil), "web")
			if w := d.do(door.request(p.access), door.client); w.Code == door.good && name != "introspect" || w.Code == http.StatusTooManyRequests {
				t.Errorf("%s, after its session ended: %d %s", name, w.Code, w.Body)
			}
		})
	}
}

func TestRefreshedTokensAreNoGuesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t, func(o *options) { o.capacity = 0 })
		refresh := func(token string) *httptest.ResponseRecorder {
			return d.do(form("/token", "grant_type", "refresh_token", "refresh_token", token), "web")
		}
		p := d.open("alice")
		for range 600 {
			refresh(session.NewHandle(session.Refresh).Reveal())
		}
		d.flood(600, "", doors["forward-auth"].request)
		for range 3 {
			w := refresh(p.refresh)
			if w.Code != http.StatusOK {
				t.Fatalf("refresh: %d %s", w.Code, w.Body)
			}
			m := decode(t, w)
			p.refresh = m["refresh_token"].(string)
			if w := d.do(forward("audience=orders", m["access_token"].(string)), ""); w.Code != http.StatusOK {
				t.Errorf("what was refreshed here: %d %s", w.Code, w.Body)
			}
		}
	})
}

// What a flood costs the store: the first burst, fifty a second after that, and nothing more, however much comes.
func TestAFloodCostsFewLookUps(t *testing.T) {
	for name, door := range doors {
		if name == "logout" || name == "revoke" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			d := newDaemon(t)
			looked := 0
			for range 20 { // 2000 a second, for ten seconds
				looked += d.flood(1000, door.client, door.request)
				time.Sleep(500 * time.Millisecond)
			}
			if most := 500 + 10*50; looked > most || looked < 500 {
				t.Errorf("%s: 20000 guesses in ten seconds cost %d look-ups, want between 500 and %d", name, looked, most)
			}
		})
	}
}

// Past the bound, what takes back looks tokens up a few at a time. It is slower then; it is not refused, and nobody else waits.
func TestAFloodAtWhatTakesBackIsLookedUpAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		good, other := d.elsewhere("alice"), d.elsewhere("bob")
		d.flood(600, "", logout)
		var inside, most atomic.Int64
		d.store.AfterLookup(func(session.Digest) {
			n := inside.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(10 * time.Millisecond)
			inside.Add(-1)
		})
		var flood sync.WaitGroup
		codes := make([]int, 500)
		for i := range codes {
			flood.Go(func() { codes[i] = d.do(logout(session.NewHandle(session.Access).Reveal()), "").Code })
		}
		synctest.Wait()
		begun := time.Now()
		there := logout(other.access)
		there.RemoteAddr = "198.51.100.7:1000"
		if w := d.do(there, ""); w.Code != http.StatusNoContent || time.Since(begun) > 100*time.Millisecond {
			t.Errorf("from another address: %d after %v", w.Code, time.Since(begun))
		}
		if w := d.do(logout(good.access), ""); w.Code != http.StatusNoContent || time.Since(begun) > 3*time.Second {
			t.Errorf("from the same address, behind the flood: %d %s after %v", w.Code, w.Body, time.Since(begun))
		}
		flood.Wait()
		for _, code := range codes {
			if code != http.StatusTooManyRequests && code != http.StatusUnauthorized { // there was room again for fifty a second
				t.Errorf("a guess: %d", code)
			}
		}
		if n := most.Load(); n > 4+2 { // and the two that were no guesses
			t.Errorf("%d look-ups at once", n)
		}
	})
}

// Of those who wait there is a number too. Who finds no place is not told no.
func TestWhoFindsNoPlaceBehindAFloodIsAskedToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		good := d.elsewhere("alice")
		d.flood(600, "", logout)
		d.store.AfterLookup(func(session.Digest) { time.Sleep(time.Second) })
		codes := make(chan int, 1100)
		for range cap(codes) {
			go func() { codes <- d.do(logout(session.NewHandle(session.Access).Reveal()), "").Code }()
		}
		synctest.Wait()
		begun := time.Now()
		if w := d.do(logout(good.access), ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || time.Now() != begun {
			t.Errorf("with a thousand waiting: %d %v %s after %v, want 503 at once", w.Code, w.Header(), w.Body, time.Since(begun))
		}
		count := map[int]int{}
		for range cap(codes) {
			count[<-codes]++
		}
		if count[http.StatusServiceUnavailable] < 100 || count[http.StatusServiceUnavailable]+count[http.StatusTooManyRequests]+count[http.StatusUnauthorized] != cap(codes) {
			t.Errorf("the flood was answered with %s", fmt.Sprint(count))
		}
		d.store.AfterLookup(nil)
		if w := d.do(logout(good.access), ""); w.Code != http.StatusNoContent {
			t.Errorf("when it has come back: %d %s", w.Code, w.Body)
		}
	})
}
