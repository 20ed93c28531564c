package guard

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// Require lets a request through to a handler when its token has every scope that is named; none named, when it is good at all. It panics
// on what is not the name of one scope, as [http.Handle] does on a bad pattern.
func (g *Guard) Require(scopes ...string) func(http.Handler) http.Handler {
	for _, s := range scopes {
		if !session.ValidScopeName(s) {
			panic(fmt.Sprintf("guard: %q is not the name of a scope", s))
		}
	}
	wanted := session.ListOf(scopes...)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r, ok := g.admit(w, r, wanted); ok {
				next.ServeHTTP(w, r)
			}
		})
	}
}

// Admit is Require for routers of another shape: when it says no, the answer has been written; when it says yes, the request that it
// returns is the one to go on with.
func (g *Guard) Admit(w http.ResponseWriter, r *http.Request, scopes ...string) (*http.Request, bool) {
	return g.admit(w, r, session.ListOf(scopes...))
}

func (g *Guard) admit(w http.ResponseWriter, r *http.Request, wanted session.List) (*http.Request, bool) {
	if found, ok := r.Context().Value(key{}).(*finding); ok && found.by == g { // an outer Require has asked for this very request
		if !wanted.Within(found.answer.Scope) {
			g.challenge.refuse(w, g.challenge.scope(wanted))
			return nil, false
		}
		return r, true
	}
	a, no := g.judge(r, wanted)
	if no != nil {
		g.challenge.refuse(w, *no)
		return nil, false
	}
	return r.WithContext(context.WithValue(r.Context(), key{}, &finding{g, a})), true
}

// judge finds out what a request may do: it may (no is nil), or what to answer it.
func (g *Guard) judge(r *http.Request, wanted session.List) (a *introspect.Answer, no *refusal) {
	text, found, err := oauth.BearerToken(r.Header)
	switch {
	case err != nil:
		return a, g.challenge.malformed(err)
	case inURL(r.URL.RawQuery):
		return a, &tokenInURL
	case !found:
		return a, &noToken
	}
	a, err = g.find(r.Context(), session.Present(text), time.Now())
	switch {
	case err != nil:
		if g.cfg.Report != nil && r.Context().Err() == nil { // a client that hung up is no outage
			g.cfg.Report(r, err)
		}
		return nil, unknown(err)
	case a == nil:
		return nil, &badToken
	case !wanted.Within(a.Scope):
		no := g.challenge.scope(wanted)
		return nil, &no
	}
	return a, nil
}

// inURL looks for the parameter of RFC 6750 §2.3. A token that came that way is in logs and histories by now, and whoever sends it should
// be told; it is not read.
func inURL(query string) bool {
	if !strings.Contains(query, oauth.ParamAccessToken) {
		return false
	}
	for piece := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(piece, "="); name == oauth.ParamAccessToken {
			return true
		}
	}
	return false
}

// key is that of the finding in a request's context.
type key struct{}

type finding struct {
	by     *Guard
	answer *introspect.Answer // read-only: it may be remembered
}

// FromContext is what the token of the request is worth. It says no outside of a guarded handler.
func FromContext(ctx context.Context) (introspect.Answer, bool) {
	found, ok := ctx.Value(key{}).(*finding)
	if !ok {
		return introspect.Answer{}, false
	}
	return *found.answer, true
}
