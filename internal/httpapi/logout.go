package httpapi

import (
	"net/http"
	"strings"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// logout ends the session of whoever holds an access token. The token comes in the Authorization header and nowhere else (RFC 6750 §2).
func (x *exchange) logout() error {
	text, found, err := oauth.BearerToken(x.r.Header)
	if err != nil {
		return err
	}
	if err := x.refuseElsewhere(found); err != nil {
		return err
	}
	if !found {
		return errNoBearer
	}
	token, async := session.Present(text), prefersAsync(x.r.Header)
	g := x.strangersGuess(caller.TakingBack, token)
	if err := g.mayTakeBack(x.r.Context()); err != nil {
		return err
	}
	ctx, cancel := x.changing()
	defer cancel()
	held, done, err := x.taking(async).Logout(ctx, token, x.at)
	if err != nil {
		x.server.notes.undone(x, "token", token.String(), err)
		return err
	}
	g.found(held.Known)
	if !held.Active {
		return errBadBearer
	}
	x.settledBy(done.Seq)
	x.server.notes.record(x, "session ended by its holder", held.Token.Client, "session", held.Token.SessionID.String(), "subject", plain(held.Token.Subject), "ended", done.Ended, seqOf(done.Seq))
	if async {
		x.w.WriteHeader(x.takenStatus(true))
		return nil
	}
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

var (
	errTokenInURL  = oauth.Errorf(oauth.InvalidRequest, "token in the URL: send it as Authorization: Bearer; consider the token leaked")
	errTokenTwice  = oauth.Errorf(oauth.InvalidRequest, "token in the Authorization header and in the body: send it once")
	errFormInQuery = oauth.Errorf(oauth.InvalidRequest, "the query of the URL cannot be read")
)

// refuseElsewhere looks for a token where it must not be: in the URL, or in a form beside the header (RFC 6750 §2.3, §3.1).
func (x *exchange) refuseElsewhere(found bool) error {
	query, err := oauth.ParseForm(x.r.URL.RawQuery)
	switch {
	case err != nil:
		return errFormInQuery
	case query.Has(oauth.ParamAccessToken), query.Has(oauth.ParamToken):
		return errTokenInURL
	}
	if !found || !strings.HasPrefix(strings.ToLower(x.r.Header.Get("Content-Type")), oauth.MediaForm) {
		return nil
	}
	form, err := oauth.ReadForm(x.w, x.withoutQuery(), maxForm)
	if err != nil {
		return err
	}
	if form.Has(oauth.ParamAccessToken) {
		return errTokenTwice
	}
	return nil
}

// withoutQuery is the request as [oauth.ReadForm] wants it, when the query has been judged already.
func (x *exchange) withoutQuery() *http.Request {
	if x.r.URL.RawQuery == "" {
		return x.r
	}
	u := *x.r.URL
	u.RawQuery = ""
	r := *x.r
	r.URL = &u
	return &r
}
