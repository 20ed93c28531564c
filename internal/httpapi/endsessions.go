package httpapi

import (
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// endSession ends one session, by its id. One that is not there, or no longer, is ended: the answer counts none.
func (x *exchange) endSession() error {
	c, err := x.allowed(oauth.Form{}, caller.Login)
	if err != nil {
		return err
	}
	if x.r.URL.RawQuery != "" {
		return oauth.Errorf(oauth.InvalidRequest, "parameters in the URL are not read: the path names one session")
	}
	id, ok := session.ParseID(x.gin.Param("id"))
	if !ok {
		x.ended(session.Revoked{}, false)
		return nil
	}
	return x.endAll(c, session.BySession(id))
}

// endSessions ends all that a subject has open now. What it opens later is not touched.
func (x *exchange) endSessions() error {
	c, err := x.allowed(oauth.Form{}, caller.Login)
	if err != nil {
		return err
	}
	subject, err := x.subject()
	if err != nil {
		return err
	}
	return x.endAll(c, session.BySubject(subject))
}

func (x *exchange) endAll(c *caller.Client, sel session.Selector) error {
	async := prefersAsync(x.r.Header)
	ctx, cancel := x.changing()
	defer cancel()
	done, err := x.taking(async).End(ctx, sel, x.at)
	if err != nil {
		x.server.notes.undone(x, sel.Target.String(), sel.Key, err)
		return err
	}
	x.server.notes.record(x, "sessions ended", c.ID, "by", sel.Target.String(), "key", plain(sel.Key), "ended", done.Ended, seqOf(done.Seq))
	x.ended(done, async)
	return nil
}

func (x *exchange) ended(done session.Revoked, async bool) {
	x.settledBy(done.Seq)
	x.json(x.takenStatus(async), x.object().number("ended", int64(done.Ended)).end())
}
