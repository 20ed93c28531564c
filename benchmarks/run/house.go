package run

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/service"
	"github.com/introspectd/introspectd/hybrid/guard"
)

// house is a daemon on a database of its own, that modes are compared on. There are two, since whether a daemon remembers is its configuration.
type house struct {
	*stock
	daemon  *server
	entries int
	taken   int // tokens that somebody has
}

// house starts one when it is first wanted.
func (b *bench) house(ctx context.Context, remembers bool) (*house, error) {
	if h := b.houses[remembers]; h != nil {
		return h, nil
	}
	h := &house{}
	name, sessions := "plain", b.households(remembers)
	if remembers {
		name, h.entries = "remembering", 10*sessions
	}
	var err error
	if h.stock, err = b.fill(ctx, b.stores[0], name, sessions, b.houseAudiences()...); err != nil {
		return nil, err
	}
	if h.daemon, err = b.serve(ctx, h.stock, h.entries); err != nil {
		return nil, err
	}
	b.houses[remembers] = h
	return h, nil
}

// households are the sessions of a house: as many as all scenarios together take away, and not fewer than daemons are compared with.
func (b *bench) households(remembers bool) int {
	n, least := 0, b.counts.households
	if !remembers {
		least /= 3 // one mode, of five
	}
	known := b.counts.acquainted + chainTokens
	for _, m := range b.modes {
		if m.memory == remembers {
			n += known + b.rounds*(b.counts.strangers+b.counts.forerunners) + b.victims() + bystanders + 1 + 2*outageTokens*len(outageLines(m))
		}
	}
	for _, m := range bases {
		if m.memory == remembers {
			n += known
		}
	}
	return max(n, least)
}

// restart starts the daemon where it was, after it has been ended.
func (b *bench) restart(ctx context.Context, h *house) error {
	d, err := b.start(ctx, part.Daemon, part.DaemonTask{Database: h.dsn, KeyFile: h.keys, Listen: h.daemon.address, Entries: h.entries})
	if err != nil {
		return err
	}
	d.family, h.daemon = h.family, d
	return nil
}

func (h *house) issuer() string { return h.daemon.url("") }

// take gives tokens away that nobody else gets.
func (h *house) take(n int) ([]string, error) {
	if h.taken+n > len(h.tokens) {
		return nil, fmt.Errorf("there are no %d tokens left", n)
	}
	h.taken += n
	return h.tokens[h.taken-n : h.taken], nil
}

// link is the service of an audience.
func (h *house) link(audience string) service.Link {
	return service.Link{Audience: audience, Scope: audience + ":read", ID: api(audience), Secret: h.handles[api(audience)].Reveal()}
}

// config is a service in a mode, for one audience or a row of them.
func (b *bench) config(m mode, h *house, audiences ...string) service.Config {
	c := service.Config{Kind: m.key, Issuer: h.issuer()}
	for _, a := range audiences {
		c.Links = append(c.Links, h.link(a))
	}
	switch m.key {
	case string(guard.TTLCache):
		c.TTL = b.ttl
	case service.HS256:
		digest := h.handles[loginClient].Digest() // as good a random key as any
		c.Key = digest[:]
	}
	return c
}

// visit is the request to a service.
func visit(items []string) load.Job {
	return load.Job{
		Request: load.Request{Method: "GET", Path: "/", Header: []string{"Authorization: Bearer " + load.Mark}},
		Items:   items, Expect: load.Expect{Status: 200, Contains: `"state"`},
	}
}

// present is what callers of a service in a mode have in their hands for some handles, in no order.
func (b *bench) present(ctx context.Context, m mode, h *house, audience string, handles []string) ([]string, error) {
	switch {
	case m.key == service.HS256:
		return hs256(b.config(m, h).Key, len(handles)), nil
	case !m.signed():
		return handles, nil
	}
	job := h.exchange(audience)
	job.Items, job.Once, job.Connections, job.Window = handles, true, min(b.connections, len(handles)), time.Minute
	o, err := b.ask(ctx, h.daemon, nil, job)
	if err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	if w := o.Windows[0]; w.Failed > 0 || len(w.Captured) != len(handles) {
		return nil, fmt.Errorf("exchange: %d of %d tokens: %s", len(w.Captured), len(handles), strings.Join(w.Failures, ", "))
	}
	return o.Windows[0].Captured, nil
}

// exchange is the request of the edge (RFC 8693).
func (h *house) exchange(audience string) load.Job {
	return load.Job{
		Request: load.Request{
			Method: "POST", Path: "/token", Header: []string{h.authorization(edgeClient), "Content-Type: application/x-www-form-urlencoded"},
			Body: "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token" +
				"&subject_token=" + load.Mark + "&audience=" + audience + "&scope=" + audience + "%3Aread",
		},
		Expect: load.Expect{Status: 200, Contains: `"access_token":"`}, Capture: "access_token",
	}
}

// presentEach is present, in the handles' order. It is for a few.
func (b *bench) presentEach(ctx context.Context, m mode, h *house, audience string, handles []string) ([]string, error) {
	if !m.signed() {
		return handles, nil
	}
	var out []string
	for _, handle := range handles {
		made, err := h.exchangeOne(ctx, audience, handle)
		if err != nil {
			return nil, fmt.Errorf("exchange: %w", err)
		}
		out = append(out, made)
	}
	return out, nil
}

func (h *house) exchangeOne(ctx context.Context, audience, handle string) (string, error) {
	r := h.exchange(audience).Request
	req, err := http.NewRequest(r.Method, h.daemon.url(r.Path), strings.NewReader(strings.ReplaceAll(r.Body, load.Mark, handle)))
	if err != nil {
		return "", err
	}
	for _, line := range r.Header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	body, err := fetch(ctx, req, http.StatusOK)
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(body, `"access_token":"`)
	made, _, found := strings.Cut(rest, `"`)
	if !found {
		return "", fmt.Errorf("the answer has no access_token")
	}
	return made, nil
}

// logout is the holder's own request.
func (h *house) logout(handle string) load.Request {
	return load.Request{Method: "POST", Path: "/logout", Header: []string{"Authorization: Bearer " + handle, "Content-Length: 0"}}
}

// quiet logs one user out, which waits for the leases of services that were ended a moment ago: a logout that is measured is not to.
func (h *house) quiet(ctx context.Context) error {
	one, err := h.take(1)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, h.daemon.url("/logout"), http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+one[0])
	_, err = fetch(ctx, req, http.StatusNoContent)
	return err
}
