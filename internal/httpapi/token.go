package httpapi

import (
	"net/http"
	"strings"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// token is the token endpoint (RFC 6749 §3.2).
func (x *exchange) token() error {
	form, err := oauth.ReadForm(x.w, x.r, maxForm, oauth.ParamResource, oauth.ParamAudience)
	if err != nil {
		return err
	}
	c, err := x.authenticate(form)
	if err != nil {
		return err
	}
	switch grant := form.Value(oauth.ParamGrantType); grant {
	case "":
		return oauth.Errorf(oauth.InvalidRequest, "grant_type is missing")
	case oauth.GrantTypeRefreshToken:
		return x.refresh(form, c)
	case oauth.GrantTypeTokenExchange:
		if x.server.cfg.Hybrid == nil {
			return x.unsupportedGrant(grant)
		}
		return x.exchangeToken(form, c)
	default:
		return x.unsupportedGrant(grant)
	}
}

func (x *exchange) unsupportedGrant(grant string) error {
	for _, full := range [...]string{oauth.GrantTypeTokenExchange, oauth.GrantTypeJWTBearer} {
		if short := full[strings.LastIndexByte(full, ':')+1:]; strings.EqualFold(strings.ReplaceAll(grant, "_", "-"), short) {
			return oauth.Errorf(oauth.UnsupportedGrantType, "write the grant type in full: %s", full)
		}
	}
	return oauth.Errorf(oauth.UnsupportedGrantType, "the grant types here are: %s", strings.Join(x.server.metadata.grants, ", "))
}

// refresh is RFC 6749 §6 with rotation. One wording for every token that is not good: which it was is for the audit log.
func (x *exchange) refresh(form oauth.Form, c *caller.Client) error {
	req, err := refreshRequest(form, c)
	if err != nil {
		return err
	}
	g := x.guess(caller.Refreshing, c, req.Token, session.Refresh)
	if err := g.mayLook(); err != nil {
		return err
	}
	ctx, cancel := x.changing()
	defer cancel()
	done, err := x.server.settled.Refresh(ctx, req, x.at)
	if done != nil {
		g.found(!done.Session.IsZero())
		if done.Outcome == session.Reused {
			x.settledBy(done.Seq)
			x.server.notes.record(x, "refresh token reused, session ended", c.ID, "token", req.Token, "session", done.Session.String(), "subject", plain(done.Subject), seqOf(done.Seq))
			x.fail(err)
			x.outcome = outcomeReused
			return nil
		}
	}
	if err != nil {
		return err
	}
	x.issued(done.Pair)
	if done.Outcome == session.Repeated {
		x.outcome = outcomeRepeated
	}
	x.json(http.StatusOK, x.object().tokens(done.Pair, &done.Access, x.at).end())
	return nil
}

func refreshRequest(form oauth.Form, c *caller.Client) (session.RefreshRequest, error) {
	req := session.RefreshRequest{Token: session.Present(form.Value(oauth.ParamRefreshToken)), Client: c.ID}
	if req.Token.IsZero() {
		return req, oauth.Errorf(oauth.InvalidRequest, "refresh_token is missing")
	}
	if scope := form.Value(oauth.ParamScope); scope != "" {
		if err := oauth.ValidScope(scope); err != nil {
			return req, err
		}
		req.Scope = session.ParseList(scope)
	}
	names := append(form.Values(oauth.ParamResource), form.Values(oauth.ParamAudience)...)
	for _, name := range names {
		if !session.ValidScopeName(name) {
			return req, oauth.Errorf(oauth.InvalidTarget, "one name in each resource or audience parameter; send it again for each further one")
		}
	}
	req.Audience = session.ListOf(names...)
	return req, nil
}
