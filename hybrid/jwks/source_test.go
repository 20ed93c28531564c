package jwks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// publisher is an issuer's key endpoint whose answer and mood can be changed.
type publisher struct {
	*httptest.Server
	asked, unchanged atomic.Int64

	mu     sync.Mutex
	answer http.HandlerFunc
}

func publish(t *testing.T, body string) *publisher {
	t.Helper()
	p := &publisher{}
	p.say(body)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		answer := p.answer
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) do(answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

func (p *publisher) say(body string) {
	tag := fmt.Sprintf(`"%x"`, len(body))
	p.do(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			p.unchanged.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, body)
	})
}

func (p *publisher) source(t *testing.T) *Source {
	t.Helper()
	s, err := NewSource(Config{URL: p.URL, Timeout: time.Minute}) // no busy machine makes a fetch fail
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var start = time.Unix(1_800_000_000, 0)

func find(t *testing.T, s *Source, id string, at time.Time) (bool, error) {
	t.Helper()
	_, ok, err := s.Find(t.Context(), id, at)
	if err != nil && (ok || !errors.Is(err, ErrUnavailable)) {
		t.Errorf("Find(%q) = %v, %v", id, ok, err)
	}
	return ok, err
}

func want(t *testing.T, what string, s *Source, id string, at time.Time, found, known bool) {
	t.Helper()
	if ok, err := find(t, s, id, at); ok != found || (err == nil) != known {
		t.Errorf("%s: Find(%q) = %v, %v, want %v, answer %v", what, id, ok, err, found, known)
	}
}

const otherKey = `{"kty":"EC","crv":"P-256","kid":"other","x":"` + pointX + `","y":"` + pointY + `"}`

func TestUnknownKeyIDsCostOneFetchPerFloor(t *testing.T) {
	p := publish(t, `{"keys":[`+goodKey+`]}`)
	s := p.source(t)
	for i := range 100_000 {
		at := start.Add(time.Duration(i) * 300 * time.Microsecond) // thirty seconds altogether
		if ok, err := find(t, s, fmt.Sprintf("random-%d", i), at); ok || err != nil {
			t.Fatalf("random key id: %v, %v", ok, err)
		}
		if i%1000 == 0 {
			want(t, "a known key meanwhile", s, "good", at, true, true)
		}
	}
	if n := p.asked.Load(); n != 3 {
		t.Errorf("%d fetches in thirty seconds, want 3: one per floor", n)
	}
}

func TestANewKeyIsFoundByOneFetch(t *testing.T) {
	p := publish(t, `{"keys":[`+goodKey+`]}`)
	s := p.source(t)
	want(t, "first", s, "good", start, true, true)
	p.say(`{"keys":[` + goodKey + `,` + otherKey + `]}`)
	want(t, "within the floor", s, "other", start.Add(9*time.Second), false, true)
	want(t, "after the floor", s, "other", start.Add(10*time.Second), true, true)
	if n := p.asked.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

func TestARemovedKeyIsRefusedAfterTheRefresh(t *testing.T) {
	p := publish(t, `{"keys":[`+goodKey+`,`+otherKey+`]}`)
	s := p.source(t)
	want(t, "first", s, "other", start, true, true)
	p.say(`{"keys":[` + goodKey + `]}`)
	s.Find(t.Context(), "good", start.Add(6*time.Minute)) // old: used, and fetched anew meanwhile
	s.Find(t.Context(), "unknown", start.Add(6*time.Minute))
	want(t, "removed", s, "other", start.Add(6*time.Minute+time.Second), false, true)
	want(t, "kept", s, "good", start.Add(6*time.Minute+time.Second), true, true)
}

func TestAnOldSetIsUsedWhileTheSourceIsDownUpToItsMaximumAge(t *testing.T) {
	for name, mood := range map[string]http.HandlerFunc{
		"5xx":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"empty set": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[]}`) },
		"junk":      func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>`) },
		"10 MB": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"keys":[`+goodKey+strings.Repeat(" ", 10<<20)+`]}`)
		},
		"10k keys": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"keys":[`+strings.Repeat(`{},`, 9999)+goodKey+`]}`)
		},
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, `{"keys":[`)
		},
		"no content":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"hangs":            func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"confirms nothing": func(w http.ResponseWriter, r *http.Request) { w.Header().Del("ETag"); w.WriteHeader(http.StatusTeapot) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := publish(t, `{"keys":[`+goodKey+`]}`)
			timeout := time.Minute
			if name == "hangs" {
				timeout = 4 * time.Second
			}
			s, err := NewSource(Config{URL: p.URL, Timeout: timeout})
			if err != nil {
				t.Fatal(err)
			}
			want(t, "first", s, "good", start, true, true)
			p.do(mood)
			want(t, "down, set in use", s, "good", start.Add(59*time.Minute), true, true)
			want(t, "down, unknown id", s, "random", start.Add(59*time.Minute), false, false)
			want(t, "down, too old", s, "good", start.Add(time.Hour), false, false)
			p.say(`{"keys":[` + goodKey + `]}`)
			want(t, "up again", s, "good", start.Add(61*time.Minute), true, true)
		})
	}
}

func TestWithoutAnySetNothingIsKnown(t *testing.T) {
	p := publish(t, ``)
	s := p.source(t)
	want(t, "down from the start", s, "good", start, false, false)
	for i := range 1000 {
		want(t, "within the floor", s, "good", start.Add(time.Duration(i)*time.Millisecond), false, false)
	}
	if n := p.asked.Load(); n != 1 {
		t.Errorf("%d fetches, want 1: failures keep to the floor too", n)
	}
}

func TestAnUnchangedSetIsConfirmed(t *testing.T) {
	p := publish(t, `{"keys":[`+goodKey+`]}`)
	s := p.source(t)
	want(t, "first", s, "good", start, true, true)
	s.Find(t.Context(), "random", start.Add(40*time.Minute))
	want(t, "confirmed", s, "good", start.Add(90*time.Minute), true, true)
	if p.unchanged.Load() == 0 {
		t.Error("no conditional request was made")
	}
}

func TestADroppedKeyStaysDropped(t *testing.T) {
	p := publish(t, `{"keys":[`+goodKey+`,`+otherKey+`]}`)
	s := p.source(t)
	want(t, "first", s, "good", start, true, true)
	s.Drop("good")
	want(t, "dropped", s, "good", start.Add(time.Second), false, true)
	want(t, "dropped, source still has it", s, "good", start.Add(20*time.Second), false, true)
	want(t, "dropped, confirmed by the source", s, "good", start.Add(40*time.Second), false, true)
	want(t, "other", s, "other", start.Add(time.Minute), true, true)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := publish(t, `{"keys":[`+goodKey+`]}`)
	p := publish(t, "")
	p.do(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	s := p.source(t)
	want(t, "redirected", s, "good", start, false, false)
	if n := elsewhere.asked.Load(); n != 0 {
		t.Errorf("%d requests to the other host", n)
	}
}

func TestPlainHTTPIsForLoopbackOnly(t *testing.T) {
	for url, want := range map[string]bool{
		"https://issuer.example/jwks": true, "http://127.0.0.1:1/jwks": true, "http://localhost/jwks": true, "http://[::1]:8080/jwks": true,
		"http://issuer.example/jwks": false, "http://169.254.169.254/": false, "http://10.0.0.1/": false, "http://localhost.example/": false,
		"http://127.0.0.1.example/": false, "ftp://127.0.0.1/": false, "file:///etc/passwd": false, "": false, "/jwks": false, "https://u:p@issuer.example/": false,
	} {
		if _, err := NewSource(Config{URL: url}); (err == nil) != want {
			t.Errorf("NewSource(%q) = %v, want accepted %v", url, err, want)
		}
	}
	for _, cfg := range []Config{{Floor: -1}, {Floor: time.Hour}, {Refresh: 2 * time.Hour}, {Timeout: -time.Second}} {
		cfg.URL = "https://issuer.example/jwks"
		if _, err := NewSource(cfg); err == nil {
			t.Errorf("NewSource(%+v) accepted", cfg)
		}
	}
}

func TestManyAskersShareOneFetch(t *testing.T) {
	release := make(chan struct{})
	p := publish(t, "")
	p.do(func(w http.ResponseWriter, _ *http.Request) { <-release; fmt.Fprint(w, `{"keys":[`+goodKey+`]}`) })
	s := p.source(t)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			if _, ok, err := s.Find(t.Context(), "good", start.Add(time.Duration(i))); !ok || err != nil {
				t.Errorf("Find = %v, %v", ok, err)
			}
		})
	}
	for p.asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	if n := p.asked.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestOneSourceKnowsOnlyItsOwnIssuersKeys(t *testing.T) {
	a, b := publish(t, `{"keys":[`+goodKey+`]}`), publish(t, `{"keys":[`+strings.Replace(otherKey, "other", "good", 1)+`]}`)
	ka, _, _ := a.source(t).Find(t.Context(), "good", start)
	kb, _, _ := b.source(t).Find(t.Context(), "good", start)
	if ka.Algorithm != EdDSA || kb.Algorithm != ES256 {
		t.Errorf("the same id gives %s and %s, want EdDSA and ES256", ka.Algorithm, kb.Algorithm)
	}
}

func TestRunKeepsTheSetFreshSoThatNobodyWaits(t *testing.T) {
	p := publish(t, `{"keys":[`+goodKey+`]}`)
	s, err := NewSource(Config{URL: p.URL, Floor: 5 * time.Millisecond, Refresh: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for p.asked.Load() < 3 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
	asked := p.asked.Load()
	if k, ok, err := s.Find(t.Context(), "good", time.Now()); !ok || err != nil || k.ID != "good" {
		t.Errorf("Find = %v, %v, %v", k.ID, ok, err)
	}
	time.Sleep(30 * time.Millisecond)
	if n := p.asked.Load(); n > asked+1 {
		t.Errorf("%d more requests after Run ended", n-asked)
	}
}

func TestAnAskerWhoGoesAwayDoesNotWait(t *testing.T) {
	p := publish(t, "")
	release := make(chan struct{})
	defer close(release)
	p.do(func(http.ResponseWriter, *http.Request) { <-release })
	s := p.source(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := s.Find(ctx, "good", start); ok || !errors.Is(err, context.Canceled) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("Find = %v, %v, want ErrUnavailable and Canceled", ok, err)
	}
}
