package introspect

import (
	"context"

	"github.com/introspectd/introspectd/session"
)

// Introspector answers the one question: is this token good, and for what? It is answered at three distances: beside the store
// ([Service.As]), over HTTP (package remote) and from a signature (package hybrid). An implementation
//   - MUST answer the zero [Answer] and no error for whatever is not good for the one who asks: unknown, malformed, expired, taken back,
//     issued for another API;
//   - MUST return an error when it could not find out, and MUST NOT return an active answer with it;
//   - MUST NOT answer from what it remembers unless that is known to hold at a moment after the call.
type Introspector interface {
	Introspect(ctx context.Context, token session.Handle) (Answer, error)
}

// Answer is what a token is worth to the one who asked. The zero Answer is inactive. Members have RFC 7662 §2.2 names on the wire; those
// without a value are left out there.
type Answer struct {
	Active    bool
	TokenType string // "Bearer", or "refresh_token" when a refresh token's own client asks
	Issuer    string
	Subject   string
	Username  string // the subject, when that is a user and not the client itself
	Client    string // client_id
	Audience  session.List
	Scope     session.List // as far as it concerns the asking API
	ID        string       // jti
	Session   string       // sid
	IssuedAt  session.Date
	NotBefore session.Date
	ExpiresAt session.Date
	AuthTime  session.Date // how the user was authenticated, when known (RFC 9470 §6.2)
	ACR       string
	AMR       session.List
	Actors    session.List // act (RFC 8693 §4.1): the clients that an exchanged token came through, the present one first

	// Asof is the seq of the revocation log as of which the answer was known good. It is not on the wire of RFC 7662; whoever makes
	// something of the answer passes it on.
	Asof session.Seq
}
