package guardtest

import (
	"cmp"
	"strings"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// Grant is what a token is issued for. Zero fields have the defaults named beside them.
type Grant struct {
	Subject  string        // alice
	Client   string        // web; a token whose subject is its client is a service's own
	Audience string        // one or several, separated by spaces; required
	Scope    string        // separated by spaces; none
	Life     time.Duration // a handle's, 15 min; an internal token lives a minute of it at most
	Ago      time.Duration // how long ago it was issued: with more than its life, it is expired
	ACR, AMR string
}

// log is the id of the revocation log that the issuer would have.
const log = "guardtest"

// Handle issues an opaque access token.
func (i *Issuer) Handle(g Grant) string {
	i.tb.Helper()
	if g.Audience == "" {
		i.tb.Fatal("guardtest: a token is for an audience")
	}
	at := time.Now().Add(-g.Ago)
	a := introspect.Answer{
		Active: true, TokenType: "Bearer", Issuer: i.URL, Subject: cmp.Or(g.Subject, "alice"), Client: cmp.Or(g.Client, "web"),
		Audience: session.ParseList(g.Audience), Scope: session.ParseList(g.Scope), ID: session.NewID().String(), Session: session.NewID().String(),
		IssuedAt: session.DateOf(at), ExpiresAt: session.DateOf(at.Add(cmp.Or(g.Life, 15*time.Minute))), AuthTime: session.DateOf(at),
		ACR: g.ACR, AMR: session.ParseList(g.AMR),
	}
	if a.Subject != a.Client {
		a.Username = a.Subject
	}
	h := session.NewHandle(session.Access)
	i.keep(h, &token{answer: a})
	return h.Reveal()
}

// JWT issues an internal token for the first of the audiences, as one is made of a handle.
func (i *Issuer) JWT(g Grant) string {
	i.tb.Helper()
	from := i.known(i.Handle(g))
	audience, _, _ := strings.Cut(strings.TrimSpace(g.Audience), " ")
	text, _, err := i.exchange(from, audience, from.answer.Scope, "", time.Now().Add(-g.Ago))
	if err != nil {
		i.tb.Fatal(err)
	}
	return text.Reveal()
}

// exchange makes an internal token of one that was issued.
func (i *Issuer) exchange(from *token, audience string, scope session.List, actor string, at time.Time) (session.Handle, hybrid.Claims, error) {
	q := &hybrid.Request{Answer: from.answer, Log: log, Audience: audience, Scope: scope, Actors: session.ListOf(actor)}
	text, claims, err := i.minter(i).Mint(q, at)
	if err != nil {
		return session.Handle{}, hybrid.Claims{}, err
	}
	signed, err := jwks.ParseJWS(text.Reveal())
	if err != nil {
		return session.Handle{}, hybrid.Claims{}, err
	}
	claims.KeyID = signed.KeyID
	i.keep(text, &token{answer: claims.Answer(), claims: &claims, from: from})
	return text, claims, nil
}

// Revoke takes a token back: a handle with all that was made of it.
func (i *Issuer) Revoke(text string) {
	i.tb.Helper()
	t := i.known(text)
	i.mu.Lock()
	defer i.mu.Unlock()
	t.gone = true
}

func (i *Issuer) known(text string) *token {
	i.tb.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	t, ok := i.issued[session.Present(text).Digest()]
	if !ok {
		i.tb.Fatal("guardtest: this issuer has not issued that token")
	}
	return t
}

func (i *Issuer) keep(h session.Handle, t *token) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.issued[h.Digest()] = t
}

// alive looks a token up as introspection does.
func (i *Issuer) alive(h session.Handle, at time.Time) (*token, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t, ok := i.issued[h.Digest()]
	if !ok || t.gone || t.answer.ExpiresAt.Passed(at) {
		return nil, false
	}
	if t.claims != nil && (t.from.gone || !i.publishes(t.claims.KeyID)) {
		return nil, false
	}
	return t, true
}
