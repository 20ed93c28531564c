package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect/oauth"
)

const (
	rotationLead = 3 * time.Second
	setKept      = time.Second     // by services: less than half of the lead, as the daemon asks for
	tokensGood   = 4 * time.Minute // they live for five
)

// Services verify without pause while the keys that sign are rotated twice and the one that signs is then revoked. No good token is refused at
// any time, and nothing that the revoked key signed is active for introspection, or for a service with a lease, once the command has returned.
func TestRotationUnderLoadWithADaemon(t *testing.T) {
	l := newSigningLoad(t)
	l.run()
	l.enough("before any rotation")

	first := l.kids()[0]
	second := l.rotate()
	l.enough("after the first rotation")
	third := l.rotate()
	l.enough("after the second rotation")

	// From here on what it has signed may be refused; when the command has returned, it must be.
	l.doomed.Store(&third)
	command(t, "key", "revoke", third, "--database", l.database)
	l.settled.Store(true)
	doomed := l.of(third)
	for range 2 {
		l.each(doomed, l.introspection, l.lease)
	}
	waitFor(t, "no exchange brings a token of another key", func() bool { return len(l.kids()) > 3 })
	l.publish(l.kids()[3])
	l.enough("after the revocation")
	for _, kid := range []string{first, second, l.kids()[3]} {
		others := l.of(kid)
		l.each(others[:min(len(others), 100)], l.introspection, l.lease, l.jwt)
	}
	l.each(doomed, l.introspection, l.lease)
	waitFor(t, "a service that has no lease takes the revoked key's tokens, though its set is new", func() bool {
		return l.jwt.ask(doomed[0].text) == refused
	})
	l.stop()
	t.Logf("%d tokens of %d keys, %d of them of the revoked one; judged good %d times by the service without a lease, %d by that with one, %d by introspection; %d times it could not be told",
		len(l.made), len(l.kids()), len(doomed), l.jwt.good.Load(), l.lease.good.Load(), l.introspection.good.Load(), l.untold.Load())
}

// verdict is what somebody says of a token.
type verdict int

const (
	untold verdict = iota // it could not be found out
	accepted
	refused
)

// judge is one who is asked about tokens all the time.
type judge struct {
	name   string
	ask    func(token string) verdict
	strict bool // knows of a key's revocation when it has returned
	good   atomic.Int64
}

// signedToken is an internal JWT.
type signedToken struct {
	text, kid string
	made      time.Time
}

// signingLoad is a daemon, services, and what goes on between them.
type signingLoad struct {
	t                         *testing.T
	url, database             string
	secrets                   map[string]string
	client                    *http.Client
	jwt, lease, introspection *judge
	sources                   []*jwks.Source
	stop                      func()

	doomed  atomic.Pointer[string] // the key whose revocation has begun
	settled atomic.Bool            // and has returned
	untold  atomic.Int64

	mu     sync.Mutex       // guards what follows
	made   []signedToken    // those that are presented
	hidden []signedToken    // those of keys that are not among public
	public map[string]bool  // keys that services can know
	order  []string         // all keys, as they were seen first
	since  map[string]int64 // the smallest iat of a key
	faults map[string]int   // what went wrong, and how often
}

func newSigningLoad(t *testing.T) *signingLoad {
	l := &signingLoad{
		t: t, database: filepath.Join(t.TempDir(), "x.db"), secrets: map[string]string{}, public: map[string]bool{}, since: map[string]int64{}, faults: map[string]int{},
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 80}},
	}
	command(t, "audience", "add", "orders", "--scope", "read", "--caller", "web", "--caller", "gw", "--database", l.database)
	for _, c := range [][]string{{"web", "login"}, {"gw", "gateway"}, {"orders", "api", "--audience", "orders"}} {
		args := append([]string{"client", "add", c[0], "--role"}, c[1:]...)
		l.secrets[c[0]] = command(t, append(args, "--database", l.database, "-o", "json")...)["client_secret"].(string)
	}
	d := serving(t, l.database, "--key-lead", rotationLead.String(), "--jwt-ttl", "5m", "--log-level", "error", "--audit-log", "/dev/null")
	l.url = d.url
	t.Cleanup(l.client.CloseIdleConnections)
	l.introspection = &judge{name: "introspection", ask: l.introspect, strict: true}
	l.jwt = l.service(guard.Settings{Mode: "jwt"})
	l.lease = l.service(guard.Settings{Mode: "jwt-lease", ClientID: "orders", Secret: oauth.NewSecret(l.secrets["orders"]), Stale: "reject"})
	l.lease.strict = true
	return l
}

// service is an API behind a guard.
func (l *signingLoad) service(s guard.Settings) *judge {
	l.t.Helper()
	// Never asked more often than a set is kept: who does not know a key that signs already refuses its tokens.
	source, err := jwks.NewSource(jwks.Config{URL: l.url + "/.well-known/jwks.json", Floor: setKept, Refresh: setKept, Timeout: time.Minute})
	if err != nil {
		l.t.Fatal(err)
	}
	s.Issuer, s.Audience = l.url, "orders"
	g, err := guard.Discover(l.t.Context(), s, func(c *guard.Config) { c.Keys = source })
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = g.Run(ctx) })
	door := httptest.NewServer(g.Require("read")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })))
	l.t.Cleanup(func() {
		door.Close()
		cancel()
		running.Wait()
	})
	l.sources = append(l.sources, source)
	return &judge{name: "the service in mode " + s.Mode, ask: func(token string) verdict {
		req, _ := http.NewRequest(http.MethodGet, door.URL, http.NoBody)
		req.Header.Set("Authorization", "Bearer "+token)
		switch status, _ := l.send(req); status {
		case http.StatusNoContent:
			return accepted
		case http.StatusUnauthorized:
			return refused
		}
		return untold
	}}
}

func (l *signingLoad) send(req *http.Request) (int, []byte) {
	resp, err := l.client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil
	}
	return resp.StatusCode, body
}

// post is what the daemon answers a client; nil when it does not do as it is told.
func (l *signingLoad) post(client, path, kind, body string) map[string]any {
	req, _ := http.NewRequest(http.MethodPost, l.url+path, strings.NewReader(body))
	req.SetBasicAuth(client, l.secrets[client])
	req.Header.Set("Content-Type", kind)
	status, text := l.send(req)
	var answer map[string]any
	if status/100 != 2 || json.Unmarshal(text, &answer) != nil {
		return nil
	}
	return answer
}

func (l *signingLoad) introspect(token string) verdict {
	answer := l.post("orders", "/introspect", "application/x-www-form-urlencoded", url.Values{"token": {token}}.Encode())
	switch answer["active"] {
	case true:
		return accepted
	case false:
		return refused
	}
	return untold
}

// run has everybody at work until stop.
func (l *signingLoad) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	l.stop = func() {
		cancel()
		running.Wait()
	}
	l.t.Cleanup(l.stop)
	for range 2 {
		running.Go(func() {
			for ctx.Err() == nil {
				l.exchange()
			}
		})
		for _, j := range []*judge{l.jwt, l.lease, l.introspection} {
			running.Go(func() {
				for ctx.Err() == nil {
					if s, ok := l.any(); ok {
						l.hold(j, s)
					} else {
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
	}
	waitFor(l.t, "no exchange brings a token", func() bool { return len(l.kids()) > 0 })
	l.publish(l.kids()[0])
}

// exchange opens a session and makes an internal JWT of its handle.
func (l *signingLoad) exchange() {
	opened := l.post("web", "/sessions", "application/json", `{"subject":"alice","audience":"orders","scope":"read"}`)
	handle, ok := opened["access_token"].(string)
	if !ok {
		l.untold.Add(1)
		return
	}
	settled := l.settled.Load()
	token, ok := l.post("gw", "/token", "application/x-www-form-urlencoded", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "audience": {"orders"},
		"subject_token": {handle}, "subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
	}.Encode())["access_token"].(string)
	if !ok {
		l.untold.Add(1)
		return
	}
	var header struct{ Kid string }
	var claims struct{ Iat int64 }
	parts := strings.Split(token, ".")
	for i, into := range []any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			l.fault("part %d of a token is not JSON", i)
			return
		}
	}
	s := signedToken{token, header.Kid, time.Now()}
	if settled && l.isDoomed(s) {
		l.fault("an exchange after the revocation brings a token of the revoked key")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if was, ok := l.since[s.kid]; !ok {
		l.order = append(l.order, s.kid)
		l.since[s.kid] = claims.Iat
	} else {
		l.since[s.kid] = min(was, claims.Iat)
	}
	if l.public[s.kid] {
		l.made = append(l.made, s)
	} else {
		l.hidden = append(l.hidden, s)
	}
}

// any is one of the last tokens, or any.
func (l *signingLoad) any() (signedToken, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.made)
	if n == 0 {
		return signedToken{}, false
	}
	if rand.IntN(2) == 0 {
		return l.made[n-1-rand.IntN(min(n, 4))], true
	}
	return l.made[rand.IntN(n)], true
}

func (l *signingLoad) of(kid string) (all []signedToken) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.made {
		if s.kid == kid {
			all = append(all, s)
		}
	}
	return all
}

// kids are the keys that tokens were signed with, in order.
func (l *signingLoad) kids() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.order)
}

func (l *signingLoad) isDoomed(s signedToken) bool {
	kid := l.doomed.Load()
	return kid != nil && *kid == s.kid
}

// hold asks somebody about a token, and holds him to what must be so.
func (l *signingLoad) hold(j *judge, s signedToken) verdict {
	settled := l.settled.Load()
	said := j.ask(s.text)
	switch doomed := l.isDoomed(s); {
	case said == untold:
		l.untold.Add(1)
	case doomed && settled && j.strict && said == accepted:
		l.fault("%s takes a token of the revoked key", j.name)
	case doomed:
	case said == accepted:
		j.good.Add(1)
	case time.Since(s.made) < tokensGood:
		l.fault("%s refuses a good token of key %d", j.name, slices.Index(l.kids(), s.kid)+1)
	}
	return said
}

// each asks about tokens, all at once, until it is told. Who asks the daemon for a key that it does not have waits for the next reading of the list.
func (l *signingLoad) each(tokens []signedToken, judges ...*judge) {
	var asking sync.WaitGroup
	turns := make(chan struct{}, 64)
	for _, j := range judges {
		for _, s := range tokens {
			turns <- struct{}{}
			asking.Go(func() {
				defer func() { <-turns }()
				for until := time.Now().Add(time.Minute); l.hold(j, s) == untold; time.Sleep(time.Millisecond) {
					if time.Now().After(until) {
						l.fault("for a minute, %s does not say what a token is worth", j.name)
						return
					}
				}
			})
		}
	}
	asking.Wait()
}

// fault reports the same thing twice at most.
func (l *signingLoad) fault(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.faults[text]++; l.faults[text] <= 2 {
		l.t.Error(text)
	}
}

// enough returns when much was asked about tokens, and those of the newest key among them.
func (l *signingLoad) enough(when string) {
	l.t.Helper()
	kids := l.kids()
	newest := kids[len(kids)-1]
	for _, wait := range []struct {
		judge *judge
		more  int64
	}{{l.jwt, 300}, {l.lease, 300}, {l.introspection, 200}} {
		goal := wait.judge.good.Load() + wait.more
		waitFor(l.t, wait.judge.name+" has little to do "+when, func() bool { return wait.judge.good.Load() >= goal })
	}
	waitFor(l.t, "few tokens are made "+when, func() bool { return len(l.of(newest)) >= 20 })
	l.each(l.of(newest)[:20], l.jwt, l.lease, l.introspection)
}

// rotate returns when tokens are signed with a new key.
func (l *signingLoad) rotate() (kid string) {
	l.t.Helper()
	made := command(l.t, "key", "rotate", "--key-lead", rotationLead.String(), "--database", l.database, "-o", "json")
	kid = made["kid"].(string)
	from, published := int64(made["signs_from"].(float64)), int64(made["published_at"].(float64))
	if lead := time.Duration(from-published) * time.Second; lead < rotationLead {
		l.t.Errorf("a new key signs %v after it was published, want %v", lead, rotationLead)
	}
	waitFor(l.t, "a new key is not published", func() bool {
		req, _ := http.NewRequest(http.MethodGet, l.url+"/.well-known/jwks.json", http.NoBody)
		status, body := l.send(req)
		return status == http.StatusOK && strings.Contains(string(body), kid)
	})
	if time.Now().Add(setKept).Before(time.Unix(from, 0)) {
		l.reveal(kid) // every service knows it when it signs
	} else {
		l.t.Log("the machine stood still for most of the lead")
		l.publish(kid)
	}
	waitFor(l.t, "nothing is signed with the new key", func() bool { return len(l.of(kid)) > 0 })
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := l.since[kid]; since < from {
		l.t.Errorf("a key signs %d s before its time", from-since)
	}
	if kids := l.order; kids[len(kids)-1] != kid {
		l.t.Errorf("key %d of %d is the new one", slices.Index(kids, kid)+1, len(kids))
	}
	return kid
}

// publish waits until every service knows a key, and has its tokens presented.
func (l *signingLoad) publish(kid string) {
	l.t.Helper()
	for _, source := range l.sources {
		waitFor(l.t, "a service does not know a published key", func() bool {
			_, ok, err := source.Find(l.t.Context(), kid, time.Now())
			return ok && err == nil
		})
	}
	l.reveal(kid)
}

// reveal has a key's tokens presented.
func (l *signingLoad) reveal(kid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.public[kid] = true
	for _, s := range l.hidden {
		if s.kid == kid {
			l.made = append(l.made, s)
		}
	}
	l.hidden = slices.DeleteFunc(l.hidden, func(s signedToken) bool { return s.kid == kid })
}

// waitFor waits for something, and for a minute at most.
func waitFor(t *testing.T, otherwise string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("for a minute, %s", otherwise)
		}
	}
}
