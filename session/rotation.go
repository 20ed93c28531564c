package session

import "time"

// Rotation is the wish to exchange a refresh token for the next pair (RFC 6749 §6, RFC 9700 §4.14.2).
type Rotation struct {
	Presented Digest
	Client    string       // who presents it
	Pairs     []PairDigest // what may follow; the first is what does, when nothing has yet
	Scope     List         // asked for; empty: all that the refresh token holds
	Audience  List         // asked for; empty: all
	AccessTTL time.Duration
	Window    time.Duration // for how long the same pair is given again; 0: never
	At        time.Time
}

// Predecessor is what a store knows of the presented refresh token, read under the locks that [Store.Rotate] speaks of.
type Predecessor struct {
	Finding
	Session       Session
	UsedAt        time.Time // zero: not used yet; millisecond precision
	Successor     Digest    // the refresh token that followed, when used
	SuccessorUsed bool
	Minted        Token // the access token that followed, when used
}

// Outcome is what becomes of a rotation.
type Outcome uint8

// The outcomes.
const (
	Refused  Outcome = iota // nothing changes; the Refusal says why
	Minted                  // a new pair is written, the presented token is used up
	Repeated                // the answer was lost: the same pair once more, nothing changes
	Reused                  // somebody else has it too: the session ends (RFC 9700 §4.14.2)
)

// Rotated is a rotation's end. Exactly the fields that its Outcome speaks of are set.
type Rotated struct {
	Outcome Outcome
	Refusal *Refusal // Refused
	Pair    int      // Minted, Repeated: index into Rotation.Pairs
	Access  Token    // Minted, Repeated
	Refresh Token    // Minted
	Seq     Seq      // Reused: the entry that ended the session
	Session ID       // all but an unknown token
	Subject string
}

// Judge decides, and names no store: what to write is in the result. The store sets Born of what it writes, and Seq.
func (r *Rotation) Judge(p *Predecessor) Rotated {
	out := Rotated{Session: p.Session.ID, Subject: p.Session.Subject}
	switch {
	// One wording for all of these: which of them it was is the audit log's business (RFC 6749 §5.2).
	case !p.Known, p.Token.Kind != Refresh, p.Token.Client != r.Client,
		p.Revoked, p.Token.ExpiresAt.Passed(r.At), !p.Session.ActiveAt(r.At):
		out.Refusal = refuse(InvalidGrant, "the refresh token is unknown, expired, revoked or was issued to another client")
		return out
	case !p.UsedAt.IsZero():
		return r.again(p, out)
	}
	scope, audience, refusal := r.narrow(&p.Token)
	if refusal != nil {
		out.Refusal = refusal
		return out
	}
	out.Outcome = Minted
	out.Access = p.Token.next(Access, r.Pairs[0].Access, r.At)
	out.Access.Scope, out.Access.Audience = scope, audience
	out.Access.ExpiresAt = p.Session.TokenEnd(r.At, r.AccessTTL)
	out.Refresh = p.Token.next(Refresh, r.Pairs[0].Refresh, r.At)
	return out
}

// again judges a token that was used before: a retry, or a second holder.
func (r *Rotation) again(p *Predecessor, out Rotated) Rotated {
	out.Outcome = Reused
	if p.SuccessorUsed || r.Window <= 0 || r.At.Sub(p.UsedAt) >= r.Window {
		return out
	}
	// A retry repeats the request. What asks for something else is not one.
	scope, audience, refusal := r.narrow(&p.Token)
	if refusal != nil || scope != p.Minted.Scope || audience != p.Minted.Audience {
		return out
	}
	for i, pair := range r.Pairs {
		if pair.Refresh == p.Successor {
			out.Outcome, out.Pair, out.Access = Repeated, i, p.Minted
			return out
		}
	}
	return out
}

// narrow answers what the new access token may do: never more than the refresh token holds (RFC 6749 §6, RFC 8707 §2.2).
func (r *Rotation) narrow(t *Token) (scope, audience List, refusal *Refusal) {
	scope, audience = t.Scope, t.Audience
	if r.Audience != "" {
		if audience = t.Audience.And(r.Audience); audience.Len() != r.Audience.Len() {
			return "", "", refuse(InvalidTarget, "the refresh token was not issued for that resource")
		}
	}
	if r.Scope != "" {
		if scope = t.Scope.And(r.Scope); scope.Len() != r.Scope.Len() {
			return "", "", refuse(InvalidScope, "the refresh token does not hold all of that scope")
		}
	}
	return scope, audience, nil
}

// next is a token of the same session with a digest of its own. The replacement of a refresh token keeps scope and end (RFC 6749 §6).
func (t *Token) next(kind Kind, d Digest, at time.Time) Token {
	n := *t
	n.Kind, n.Digest, n.ID, n.IssuedAt, n.Born = kind, d, NewID(), DateOf(at), 0
	return n
}
