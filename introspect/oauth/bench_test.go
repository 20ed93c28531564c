package oauth_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect/oauth"
)

const handle = "ita_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm" // as long as ours are

// What does reading the form cost each introspection? Meant to stay under 600 ns.
func BenchmarkReadForm(b *testing.B) {
	for _, form := range []struct{ name, contentType, body string }{
		{"plain", oauth.MediaForm, "token=" + handle + "&token_type_hint=access_token"},
		{"charset", oauth.MediaForm + ";charset=UTF-8", "token=" + handle + "&token_type_hint=access_token"},
		{"escaped", oauth.MediaForm, "token=" + handle + "&client_id=https%3A%2F%2Fshop.example"},
	} {
		b.Run(form.name, func(b *testing.B) {
			reader := strings.NewReader(form.body)
			r := &http.Request{
				Method: http.MethodPost, URL: &url.URL{Path: "/introspect"}, ContentLength: int64(len(form.body)),
				Header: http.Header{"Content-Type": {form.contentType}}, Body: io.NopCloser(reader),
			}
			b.SetBytes(int64(len(form.body)))
			b.ReportAllocs()
			for b.Loop() {
				reader.Reset(form.body)
				f, err := oauth.ReadForm(nil, r, limit, oauth.ParamResource, oauth.ParamAudience)
				if err != nil || len(f.Value(oauth.ParamToken)) != len(handle) {
					b.Fatal(f, err)
				}
			}
		})
	}
}

// What does reading Basic credentials cost each introspection? Meant to stay under 150 ns when nothing is escaped.
func BenchmarkParseBasic(b *testing.B) {
	for _, client := range []struct{ name, secret string }{{"plain", "its_" + handle[4:]}, {"escaped", "p:@ +%"}} {
		b.Run(client.name, func(b *testing.B) {
			header := oauth.EncodeBasic("shop", oauth.NewSecret(client.secret))
			b.ReportAllocs()
			for b.Loop() {
				if basic, _, err := oauth.ParseBasic(header); err != nil || basic.Decoded.ID != "shop" {
					b.Fatal(basic, err)
				}
			}
		})
	}
}

func BenchmarkBearerToken(b *testing.B) {
	h := http.Header{"Authorization": {"Bearer " + handle}}
	b.ReportAllocs()
	for b.Loop() {
		if _, found, err := oauth.BearerToken(h); !found || err != nil {
			b.Fatal(err)
		}
	}
}
