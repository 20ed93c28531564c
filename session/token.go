package session

import "time"

// Token is what is known of a handle: facts that never change once it is issued. Whether it still holds is not among them: that is for
// the clock ([Token.ActiveAt]) and the log of takings-back.
type Token struct {
	Digest    Digest
	Kind      Kind
	ID        ID // jti
	SessionID ID // sid
	Subject   string
	Client    string
	Audience  List
	Scope     List
	ACR       string
	AMR       List
	AuthTime  Date
	IssuedAt  Date
	ExpiresAt Date
	Born      Seq // the log's head in the transaction that issued it
}

// ActiveAt reports whether at lies before the token's end. A token without an end is never active. IssuedAt is not compared: another
// node's clock may run ahead by a moment.
func (t *Token) ActiveAt(at time.Time) bool {
	return t.ExpiresAt != 0 && !t.ExpiresAt.Passed(at)
}

// For reports whether the token was issued for the API.
func (t *Token) For(audience string) bool { return t.Audience.Has(audience) }
