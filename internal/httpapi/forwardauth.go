package httpapi

import (
	"errors"
	"net/http"
	"strings"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// forwardAuth is for gateways that ask before they let a request through: a handle comes in, and a JWT for the API behind the gateway goes
// out, in the header in which the API expects it. Gateways take 401 and 403 for an answer and everything else for an outage, so whatever the
// holder of the token did wrong is one of the two.
func (x *exchange) forwardAuth() error {
	x.nobodyYet()
	q, err := x.forwarded()
	if err != nil {
		return err
	}
	text, found, err := oauth.BearerToken(x.r.Header)
	switch {
	case err != nil:
		return errBadBearer
	case !found:
		return errNoBearer
	}
	q.Token = session.Present(text)
	g := x.strangersGuess(caller.Forwarding, q.Token)
	q.Admit = g.mayLook
	out, err := x.server.cfg.Hybrid.Exchanges.Exchange(x.r.Context(), nil, &q, x.at)
	g.exchanged(out, err)
	if err != nil {
		return forwardRefusal(err, q.Scope)
	}
	if out.Remembered {
		x.outcome = outcomeRemembered
	}
	h, c := x.w.Header(), &out.Claims
	values := [...]string{out.Authorization.Reveal(), headerText(c.Subject), headerText(c.Client), c.Session.String(), string(c.Scope)}
	h["Authorization"] = values[0:1:1]
	for i, name := range identityHeaders {
		h[name] = values[i+1 : i+2 : i+2]
	}
	x.w.WriteHeader(http.StatusOK)
	return nil
}

// identityHeaders tell the API who calls, if it does not want to read the token.
var identityHeaders = [...]string{"X-Auth-Request-User", "X-Auth-Request-Client", "X-Auth-Request-Session", "X-Auth-Request-Scopes"}

var valueEmpty = []string{""}

// nobodyYet sets them on every answer: a gateway that copies those that are there would let through what a stranger has sent in the
// place of one that is not.
func (x *exchange) nobodyYet() {
	for _, name := range identityHeaders {
		x.w.Header()[name] = valueEmpty
	}
}

// headerText is a text that arrives as it is. One that begins or ends with a space would arrive without it, as somebody else's name; then
// nothing is said, and the token has it.
func headerText(text string) string {
	if strings.Trim(text, " \t") != text {
		return ""
	}
	return text
}

var (
	errNoSuchTarget = &problem{status: http.StatusBadRequest, code: oauth.InvalidTarget, words: "the audience is not registered"}
	errOneTarget    = oauth.Errorf(oauth.InvalidRequest, "audience is missing from the query: name the API behind the gateway")
)

// forwarded reads the query, which the gateway's owner wrote. What was meant to narrow must not be overlooked, so other parameters are
// refused.
func (x *exchange) forwarded() (q hybrid.ExchangeRequest, err error) {
	query, err := oauth.ParseForm(x.r.URL.RawQuery)
	if err != nil {
		return q, errFormInQuery
	}
	q.Audience = query.Value(oauth.ParamAudience)
	scope, known := query.Value(oauth.ParamScope), 1
	switch {
	case query.Has(oauth.ParamAccessToken), query.Has(oauth.ParamToken):
		return q, errTokenInURL
	case q.Audience == "":
		return q, errOneTarget
	case scope != "":
		known++
		if err := oauth.ValidScope(scope); err != nil {
			return q, oauth.Errorf(oauth.InvalidRequest, "%s", "scope of the query: values are separated by single spaces or plus signs")
		}
		q.Scope = session.ParseList(scope)
	}
	if query.Len() > known {
		return q, oauth.Errorf(oauth.InvalidRequest, "only audience and scope are read from the query")
	}
	if _, ok := x.server.cfg.Callers.Audience(q.Audience); !ok {
		return q, errNoSuchTarget
	}
	return q, nil
}

// forwardRefusal is RFC 6750 §3.1.
func forwardRefusal(err error, scope session.List) error {
	refusal, ok := errors.AsType[*session.Refusal](err)
	switch {
	case !ok:
		return err
	case refusal.Reason == session.InvalidScope:
		p := *errNarrow
		p.scope = string(scope)
		return &p
	default:
		return errBadBearer
	}
}
