package httpapi

import (
	"net/http"
	"strings"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// maxForm bounds a form body. The largest token of ours has 53 bytes, a JWT is refused above 8 KiB.
const maxForm = 16 << 10

// introspect is RFC 7662. The hint needs no reading: a handle says itself what it is.
func (x *exchange) introspect() error {
	form, err := oauth.ReadForm(x.w, x.r, maxForm)
	if err != nil {
		return err
	}
	c, err := x.authenticate(form) // RFC 7662 §2.1: before anything is looked at
	if err != nil {
		return err
	}
	text := form.Value(oauth.ParamToken)
	if text == "" {
		return missingToken(form)
	}
	token := session.Present(text)
	answer, err := x.server.cfg.Answers.Answer(x.r.Context(), c, token, x.at)
	if err != nil {
		return err
	}
	x.outcome = outcomeActive
	if !answer.Active {
		x.outcome = outcomeInactive
		if token.Kind() == session.Malformed && strings.Count(text, ".") != 2 {
			x.outcome = outcomeMalformed
		}
	}
	if x.server.cfg.Hybrid != nil && wantsJWT(x.r.Header) {
		return x.signedAnswer(c, answer)
	}
	x.json(http.StatusOK, introspect.AppendJSON(x.buf[:0], answer))
	return nil
}

// missingToken tells the usual mistake from the rest.
func missingToken(form oauth.Form) error {
	for _, other := range [...]string{oauth.ParamAccessToken, oauth.ParamRefreshToken} {
		if form.Has(other) {
			return oauth.Errorf(oauth.InvalidRequest, "the parameter is named token, not %s", other)
		}
	}
	return oauth.Errorf(oauth.InvalidRequest, "token is missing")
}
