package guardtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

const (
	pathIntrospect = "/introspect"
	pathToken      = "/token"
	pathKeys       = "/.well-known/jwks.json"
)

// handler is the issuer's HTTP side, as far as a guarded service and those who call it need it.
func (i *Issuer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/"+oauth.WellKnownAuthorizationServer, i.describe)
	mux.HandleFunc("GET "+pathKeys, i.publish)
	mux.HandleFunc("POST "+pathIntrospect, i.introspect)
	mux.HandleFunc("POST "+pathToken, i.token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.asked[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]++
		down := i.down
		i.mu.Unlock()
		if down {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (i *Issuer) describe(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"issuer": i.URL, "introspection_endpoint": i.URL + pathIntrospect, "token_endpoint": i.URL + pathToken, "jwks_uri": i.URL + pathKeys,
		"introspection_endpoint_auth_methods_supported": []string{"client_secret_basic"},
	})
}

func (i *Issuer) publish(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(i.set().AppendJSON(nil))
}

// caller is the client that a form comes from. Without one the answer has been written.
func (i *Issuer) caller(w http.ResponseWriter, r *http.Request) (id string, form oauth.Form, ok bool) {
	basic, found, err := oauth.BasicCredentials(r.Header)
	known := slices.ContainsFunc(slices.Collect(basic.Readings()), func(c oauth.Credentials) bool {
		id = c.ID
		return c.Secret.Reveal() == i.secret.Reveal()
	})
	if err != nil || !found || !known {
		reply(w, http.StatusUnauthorized, oauth.Errorf(oauth.InvalidClient, "wrong client or secret"))
		return "", form, false
	}
	if form, err = oauth.ReadForm(w, r, 16<<10); err != nil {
		reply(w, http.StatusBadRequest, err)
		return "", form, false
	}
	return id, form, true
}

// introspect tells an API, which is named like its audience, of tokens for itself.
func (i *Issuer) introspect(w http.ResponseWriter, r *http.Request) {
	id, form, ok := i.caller(w, r)
	if !ok {
		return
	}
	var a introspect.Answer
	if t, ok := i.alive(session.Present(form.Value(oauth.ParamToken)), time.Now()); ok && t.answer.Audience.Has(id) {
		a = t.answer
	}
	w.Header().Set("Content-Type", oauth.MediaJSON)
	_, _ = w.Write(introspect.AppendJSON(nil, a))
}

// token exchanges (RFC 8693).
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, form, ok := i.caller(w, r)
	if !ok {
		return
	}
	now := time.Now()
	from, ok := i.alive(session.Present(form.Value(oauth.ParamSubjectToken)), now)
	switch {
	case form.Value(oauth.ParamGrantType) != oauth.GrantTypeTokenExchange:
		reply(w, http.StatusBadRequest, oauth.Errorf(oauth.UnsupportedGrantType, "only token exchange is here"))
		return
	case !ok || from.claims != nil || form.Value(oauth.ParamSubjectTokenType) != oauth.TokenTypeAccessToken:
		reply(w, http.StatusBadRequest, oauth.Errorf(oauth.InvalidRequest, "the subject token is not an active access token"))
		return
	}
	scope := from.answer.Scope
	if form.Has(oauth.ParamScope) {
		scope = session.ParseList(form.Value(oauth.ParamScope))
	}
	text, claims, err := i.exchange(from, form.Value(oauth.ParamAudience), scope, id, now)
	if refusal, no := errors.AsType[*session.Refusal](err); no {
		reply(w, http.StatusBadRequest, oauth.Errorf(oauth.Code(refusal.Reason), "%s", refusal.Detail))
		return
	}
	if err != nil {
		reply(w, http.StatusInternalServerError, oauth.Errorf(oauth.ServerError, "%v", err))
		return
	}
	reply(w, http.StatusOK, map[string]any{
		"access_token": text.Reveal(), "issued_token_type": oauth.TokenTypeAccessToken, "token_type": oauth.TokenTypeBearer,
		"expires_in": claims.ExpiresAt - session.DateOf(now), "scope": string(claims.Scope),
	})
}

func reply(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", oauth.MediaJSON)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
