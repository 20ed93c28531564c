package httpapi

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// exchangeToken is RFC 8693: an internal JWT for one audience, of a token that the client holds or was sent.
func (x *exchange) exchangeToken(form oauth.Form, c *caller.Client) error {
	q, issued, err := exchangeRequest(form)
	if err != nil {
		return err
	}
	g := x.guess(caller.Exchanging, c, q.Token, session.Access)
	q.Admit = g.mayLook
	out, err := x.server.cfg.Hybrid.Exchanges.Exchange(x.r.Context(), c, &q, x.at)
	g.exchanged(out, err)
	if err != nil {
		return err
	}
	if out.Remembered {
		x.outcome = outcomeRemembered
	}
	// RFC 8693 §2.2.1. There is no refresh token: whoever holds the subject token exchanges it again.
	x.json(http.StatusOK, x.object().
		text("access_token", out.Token.Reveal()).
		text("issued_token_type", issued).
		text("token_type", oauth.TokenTypeBearer).
		number("expires_in", max(0, int64(out.Claims.ExpiresAt)-x.at.Unix())).
		text("scope", out.Claims.Scope.String()).end())
	return nil
}

// exchanged counts a token that nobody has issued.
func (g *guess) exchanged(out hybrid.Exchanged, err error) {
	refusal, no := errors.AsType[*session.Refusal](err)
	if err == nil || no && refusal.Reason == session.InvalidRequest {
		g.found(out.Known)
	}
}

var (
	errActorType  = oauth.Errorf(oauth.InvalidRequest, "actor_token and actor_token_type come together")
	errActor      = oauth.Errorf(oauth.InvalidRequest, "actor_token is not supported: the client that authenticates is the actor")
	errNoSubject  = oauth.Errorf(oauth.InvalidRequest, "subject_token is missing")
	errNotSigned  = oauth.Errorf(oauth.InvalidRequest, "subject_token is not a JWT: the type of an opaque token is %s", oauth.TokenTypeAccessToken)
	errNoTarget   = oauth.Errorf(oauth.InvalidTarget, "audience is missing: name the API that the token is for")
	errManyTarget = oauth.Errorf(oauth.InvalidTarget, "a token is for one audience: exchange again for each further one")
	errResource   = oauth.Errorf(oauth.InvalidTarget, "resource must be an absolute URI without fragment; the name of an API goes into audience")
)

// exchangeRequest reads the form, and says what the answer's issued_token_type is.
func exchangeRequest(form oauth.Form) (q hybrid.ExchangeRequest, issued string, err error) {
	kind := form.Value(oauth.ParamSubjectTokenType)
	q.Token = session.Present(form.Value(oauth.ParamSubjectToken))
	switch {
	case q.Token.IsZero():
		return q, "", errNoSubject
	case form.Has(oauth.ParamActorToken) != form.Has(oauth.ParamActorTokenType):
		return q, "", errActorType
	case form.Has(oauth.ParamActorToken):
		return q, "", errActor
	}
	if kind, err = tokenType(oauth.ParamSubjectTokenType, kind); err != nil {
		return q, "", err
	}
	if kind == oauth.TokenTypeJWT && q.Token.Kind() != session.Malformed {
		return q, "", errNotSigned
	}
	issued = oauth.TokenTypeAccessToken
	if form.Has(oauth.ParamRequestedTokenType) {
		if issued, err = tokenType(oauth.ParamRequestedTokenType, form.Value(oauth.ParamRequestedTokenType)); err != nil {
			return q, "", err
		}
	}
	if q.Audience, err = target(form); err != nil {
		return q, "", err
	}
	if scope := form.Value(oauth.ParamScope); scope != "" {
		if err := oauth.ValidScope(scope); err != nil {
			return q, "", err
		}
		q.Scope = session.ParseList(scope)
	}
	return q, issued, nil
}

// tokenType takes the two that we know: what is issued here is both.
func tokenType(parameter, name string) (string, error) {
	switch name {
	case oauth.TokenTypeAccessToken, oauth.TokenTypeJWT:
		return name, nil
	case "access_token", "jwt":
		return "", oauth.Errorf(oauth.InvalidRequest, "write %s in full: urn:ietf:params:oauth:token-type:%s", parameter, name)
	}
	return "", oauth.Errorf(oauth.InvalidRequest, "%s is %s or %s", parameter, oauth.TokenTypeAccessToken, oauth.TokenTypeJWT)
}

// target is the one API that is named, by audience or resource or both.
func target(form oauth.Form) (string, error) {
	resources := form.Values(oauth.ParamResource)
	for _, name := range resources {
		// RFC 8707 §2
		if u, err := url.Parse(name); err != nil || !u.IsAbs() || strings.ContainsRune(name, '#') {
			return "", errResource
		}
	}
	names := session.ListOf(append(form.Values(oauth.ParamAudience), resources...)...)
	switch {
	case names == "":
		return "", errNoTarget
	case names.Len() > 1:
		return "", errManyTarget
	}
	return string(names), nil
}
