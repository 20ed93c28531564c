package httpapi

import (
	"errors"
	"net/http"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// revoke is RFC 7009: any client that authenticates takes back what was issued to it, an admin takes back anything. What is no token of
// ours, or is dead already, is a success (RFC 7009 §2.2). The hint needs no reading.
func (x *exchange) revoke() error {
	form, err := oauth.ReadForm(x.w, x.r, maxForm)
	if err != nil {
		return err
	}
	c, err := x.authenticate(form)
	if err != nil {
		return err
	}
	text := form.Value(oauth.ParamToken)
	if text == "" {
		return missingToken(form)
	}
	token, async := session.Present(text), prefersAsync(x.r.Header)
	if x.server.cfg.Hybrid != nil && token.Kind() == session.Malformed {
		return x.revokeSigned(c, token, async)
	}
	g := x.guess(caller.TakingBack, c, token, session.Access, session.Refresh)
	if err := g.mayTakeBack(x.r.Context()); err != nil {
		return err
	}
	ctx, cancel := x.changing()
	defer cancel()
	found, err := x.taking(async).Revoke(ctx, token, c.ID, c.Roles.May(caller.Admin), x.at)
	if refusal, ok := errors.AsType[*session.Refusal](err); ok {
		x.server.notes.record(x, "refused to revoke another client's token", c.ID, "token", token, "session", found.Session.String(), "subject", plain(found.Subject))
		x.fail(refusal)
		x.outcome = outcomeForeign
		return nil
	}
	if err != nil {
		x.server.notes.undone(x, "token", token.String(), err)
		return err
	}
	g.found(found.Known)
	if found.Known {
		x.settledBy(found.Seq)
		x.server.notes.record(x, "token revoked", c.ID, "token", token, "session", found.Session.String(), "subject", plain(found.Subject), "ended", found.Ended, seqOf(found.Seq))
	}
	x.json(x.takenStatus(async && found.Known), x.object().end())
	return nil
}

// taking is the service that takes back: one that returns when it is settled, or at commit for who asked for that.
func (x *exchange) taking(async bool) *session.Service {
	if async {
		return x.server.prompt
	}
	return x.server.settled
}

// takenStatus is 202 where the caller did not want to wait, and says that this was heard (RFC 7240 §3).
func (x *exchange) takenStatus(async bool) int {
	if !async {
		return http.StatusOK
	}
	x.w.Header()["Preference-Applied"] = []string{"respond-async"}
	return http.StatusAccepted
}
