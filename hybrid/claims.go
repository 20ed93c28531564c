package hybrid

import (
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Claims is what an internal JWT says (RFC 9068 §2.2, and sid, tid, log, asof, made_from and withheld of our own).
type Claims struct {
	Issuer   string
	Subject  string
	Audience string // exactly one
	Client   string // client_id: to whom the handle was issued
	Scope    session.List
	ID       session.ID // jti
	Session  session.ID // sid
	Handle   session.ID // tid: the id of the handle that it was made from, at the beginning of the chain
	Log      string     // the id of the revocation log that Asof counts in
	Asof     session.Seq
	MadeFrom Line     // made_from: the tokens between the handle and this one
	Withheld Withheld // withheld: what of the handle's scope was left out on the way

	IssuedAt  session.Date
	NotBefore session.Date
	ExpiresAt session.Date

	AuthTime session.Date // how the user was authenticated, when known; unchanged since the login
	ACR      string
	AMR      session.List

	Actors session.List // act (RFC 8693 §4.1): the clients that exchanged it, the present one first

	KeyID string // of the key that signed it. It stands in the header; no claim.
}

// Bounds of a JWT.
const (
	// MaxLife is the longest life that is minted and believed. With the leeway it lies well below what a set of takings-back remembers.
	MaxLife = 5 * time.Minute
	// MaxLeeway is the largest difference between clocks that may be configured.
	MaxLeeway = time.Minute
	// MaxActors bounds the chain of callers.
	MaxActors = 4

	mediaType = "at+jwt" // RFC 9068 §2.1

	// lastDate is the end of the year 9999. Later ones overflow in somebody's hands.
	lastDate = 253_402_300_799
)

// Answer is what the token is worth at its audience, as introspection says it.
func (c *Claims) Answer() introspect.Answer {
	a := introspect.Answer{
		Active: true, TokenType: "Bearer", Issuer: c.Issuer, Subject: c.Subject, Client: c.Client, Audience: session.List(c.Audience),
		Scope: c.Scope, ID: c.ID.String(), Session: c.Session.String(), IssuedAt: c.IssuedAt, NotBefore: c.NotBefore, ExpiresAt: c.ExpiresAt,
		AuthTime: c.AuthTime, ACR: c.ACR, AMR: c.AMR, Actors: c.Actors, Asof: c.Asof,
	}
	if c.Subject != c.Client { // a service's own token has no user
		a.Username = c.Subject
	}
	return a
}

// Marks lists what the token hangs on. It is the jti and not the text or its digest by which one JWT is taken back: an ES256 signature has
// a second valid form, so the same token has two texts.
func (c *Claims) Marks() revocation.Marks {
	m := revocation.Marks{Token: c.ID, From: c.Handle, Line: c.MadeFrom.IDs(), Session: c.Session, Subject: c.Subject, Client: c.Client, Key: c.KeyID}
	for actor := range c.Actors.All() {
		m.IssuedClient = actor
		break
	}
	return m
}

// TakenBack reports whether anything that the token hangs on has been taken back since, as far as the set knows: the token itself, one
// that it was made of, the handle, the session, the subject, the client, any of those that exchanged it, or the key.
func (c *Claims) TakenBack(set *revocation.Set) bool {
	marks := c.Marks()
	if set.Covers(&marks, c.Asof) {
		return true
	}
	for actor := range c.Actors.All() {
		if set.CoversClient(actor, c.Asof) {
			return true
		}
	}
	return false
}
