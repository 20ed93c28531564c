package httpapi

import (
	"strings"

	"github.com/introspectd/introspectd/introspect/oauth"
)

// notFound answers every path that is not ours. Whoever looks for the metadata beside the place where RFC 8414 §3.1 has it is told where
// that is.
func (x *exchange) notFound() error {
	p := *errNotFound
	if path := x.r.URL.Path; strings.Contains(path, "/.well-known/"+oauth.WellKnownAuthorizationServer) || strings.Contains(path, "/.well-known/"+oauth.WellKnownOpenID) {
		p.words = oauth.Clean("the metadata of this issuer is at " + x.server.metadata.url)
	}
	return &p
}

// notAllowed answers a wrong method. The router has set Allow (RFC 9110 §15.5.6).
func (x *exchange) notAllowed() error {
	p := *errNotAllowed
	p.words = "this endpoint takes " + x.w.Header().Get("Allow")
	return &p
}

// metrics hands over to whoever collects them.
func (x *exchange) metrics() error {
	x.server.cfg.Metrics.ServeHTTP(x.w, x.r)
	return nil
}
