package guard_test

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/guard/guardtest"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// A stranger can make up as many key ids as he likes. They cost the issuer one request per floor, and the service nothing that stays.
func TestAHundredThousandRandomKeyIDsLeaveNothingBehind(t *testing.T) {
	const strangers, seconds, floor = 100_000, 30, 10
	a := attacker{guardtest.New(t), t}
	cfg := a.Config(guard.JWT, "orders")
	source, err := jwks.NewSource(jwks.Config{URL: a.URL + "/.well-known/jwks.json", Floor: floor * time.Second, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Keys, cfg.Capacity = source, 1000
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	known := a.saying(nil)
	_, payload, signature := a.parts()
	stranger := func(i int) session.Handle {
		header := `{"alg":"EdDSA","typ":"at+jwt","kid":"` + strings.Repeat("k", 200) + strconv.Itoa(i) + `"}`
		return session.Present(b64.EncodeToString([]byte(header)) + "." + payload + "." + signature)
	}
	begun := time.Now()
	flood := func(from, to int) {
		for i := from; i < to; i++ {
			at := begun.Add(time.Duration(i) * seconds * time.Second / strangers)
			if answer, err := g.Answer(t.Context(), stranger(i), at); err != nil || answer.Active {
				t.Fatalf("stranger %d: active %v, %v", i, answer.Active, err)
			}
			if i%1000 == 0 {
				if answer, err := g.Answer(t.Context(), session.Present(known), at); err != nil || !answer.Active {
					t.Fatalf("a good token, after %d strangers: active %v, %v", i, answer.Active, err)
				}
			}
		}
	}
	flood(0, 1000) // what is made once is made
	before := inUse()
	flood(1000, strangers)
	const each = 4 // bytes; a map that kept their ids would hold more than two hundred
	if grown := inUse() - before; grown > each*strangers {
		t.Errorf("%d strangers left %d bytes behind, want at most %d", strangers, grown, each*strangers)
	}
	if n := a.Asked("jwks.json"); n > seconds/floor+1 {
		t.Errorf("%d requests for keys in %d s, want at most one in %d s", n, seconds, floor)
	}
	runtime.KeepAlive(g)
}

func inUse() int64 {
	runtime.GC()
	runtime.GC() // what the first left in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
