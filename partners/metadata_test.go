package partners_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// startUnderPath starts a daemon behind a reverse proxy, whose address with a path is the issuer.
func startUnderPath(t *testing.T) *daemon {
	t.Helper()
	var behind atomic.Pointer[url.URL]
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind.Load()) }})
	t.Cleanup(front.Close)
	d := start(t, &http.Client{}, "--issuer", front.URL+"/tenant")
	u, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	behind.Store(u)
	return d
}

func TestTheMetadataNamesTheIssuerByteForByte(t *testing.T) {
	for name, d := range map[string]*daemon{"root": start(t, &http.Client{}), "path": startUnderPath(t)} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(d.issuer)
			if err != nil {
				t.Fatal(err)
			}
			path := u.Path
			u.Path = ""
			client, heard := d.recording()
			var first string
			for _, address := range []string{
				u.String() + "/.well-known/oauth-authorization-server" + path, // RFC 8414 §3.1
				u.String() + "/.well-known/openid-configuration" + path,       // RFC 8414 §5
				d.issuer + "/.well-known/openid-configuration",                // OpenID Connect Discovery §4
			} {
				answer, err := client.Get(address)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				a := heard.last(t)
				a.described(t, d.issuer)
				if cache := a.Headers["cache-control"]; !strings.HasPrefix(cache, "public, max-age=") {
					t.Errorf("%s: Cache-Control %q", address, cache)
				}
				if first == "" {
					first = a.Body
				}
				if a.Body != first {
					t.Errorf("%s is another document", address)
				}
			}
		})
	}
}
