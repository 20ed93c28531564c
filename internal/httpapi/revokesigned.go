package httpapi

import (
	"net/http"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// revokeSigned takes one of our own JWTs back, for those that it was issued to: the holder of the handle, and the client that exchanged it. Its
// signature is looked at first: who can write down somebody's jti has no token.
func (x *exchange) revokeSigned(c *caller.Client, token session.Handle, async bool) error {
	verdict, err := x.server.cfg.Hybrid.Tokens.Verify(x.r.Context(), token, x.at)
	if err == nil && !verdict.Good { // a verifier whose clock runs behind takes it for a while yet
		verdict, err = x.server.cfg.Hybrid.Tokens.Verify(x.r.Context(), token, x.at.Add(-hybrid.MaxLeeway))
	}
	if err != nil {
		x.server.notes.undone(x, "token", token.String(), err)
		return err
	}
	if !verdict.Good {
		x.json(http.StatusOK, x.object().end())
		return nil
	}
	claims := &verdict.Claims
	about := []any{"token", claims.ID.String(), "session", claims.Session.String(), "subject", plain(claims.Subject)}
	presenter := claims.Client
	for actor := range claims.Actors.All() {
		presenter = actor
		break
	}
	if c.ID != claims.Client && c.ID != presenter && !c.Roles.May(caller.Admin) {
		x.server.notes.record(x, "refused to revoke another client's token", c.ID, about...)
		x.fail(&session.Refusal{Reason: session.InvalidGrant, Detail: "the token was not issued to this client"})
		x.outcome = outcomeForeign
		return nil
	}
	ctx, cancel := x.changing()
	defer cancel()
	done, err := x.taking(async).RevokeSigned(ctx, claims.ID, claims.ExpiresAt+session.Date(hybrid.MaxLeeway/time.Second), x.at)
	if err != nil {
		x.server.notes.undone(x, "token", claims.ID.String(), err)
		return err
	}
	x.settledBy(done.Seq)
	x.server.notes.record(x, "token revoked", c.ID, append(about, seqOf(done.Seq))...)
	x.json(x.takenStatus(async), x.object().end())
	return nil
}
