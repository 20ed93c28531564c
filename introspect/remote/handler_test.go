package remote_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/introspecttest"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// endpoint is an introspection endpoint over a service, with no more HTTP than a client needs.
type endpoint struct{ introspecttest.Fixture }

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	basic, _, err := oauth.BasicCredentials(r.Header)
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	client, ok := e.Callers.Authenticate(slices.Collect(basic.Readings())...)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	form, err := oauth.ReadForm(w, r, 16<<10)
	if err != nil || !form.Has(oauth.ParamToken) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a, err := e.Service.Answer(r.Context(), client, session.Present(form.Value(oauth.ParamToken)), e.Now())
	switch {
	case errors.Is(err, introspect.ErrForbidden):
		w.WriteHeader(http.StatusForbidden)
	case errors.Is(err, introspect.ErrThrottled):
		w.WriteHeader(http.StatusTooManyRequests)
	case err != nil:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", oauth.MediaJSON)
		_, _ = w.Write(introspect.AppendJSON(nil, a))
	}
}

func TestOverHTTP(t *testing.T) {
	introspecttest.Run(t, func(t *testing.T, f introspecttest.Fixture) introspect.Introspector {
		server := httptest.NewServer(endpoint{f})
		t.Cleanup(server.Close)
		c, err := remote.New(remote.Config{Endpoint: server.URL, ClientID: f.Caller, Secret: f.Secret, Issuer: f.Issuer})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	})
}
