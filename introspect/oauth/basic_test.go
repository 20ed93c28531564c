package oauth_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/introspectd/introspectd/introspect/oauth"
)

const (
	basicMalformed = "Basic credentials malformed; encode id and secret per RFC 6749 2.3.1"
	basicControl   = "credentials contain control characters"
)

func encode(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }

func credentials(id, secret string) oauth.Credentials {
	return oauth.Credentials{ID: id, Secret: oauth.NewSecret(secret)}
}

func TestBasicOffersBothReadings(t *testing.T) {
	none := oauth.Credentials{}
	long := strings.Repeat("s", 1000)
	tests := []struct {
		name, pair   string
		raw, decoded oauth.Credentials
	}{
		{"plain", "shop:its_abc", credentials("shop", "its_abc"), credentials("shop", "its_abc")},
		{"colon in raw secret", "shop:a:b", credentials("shop", "a:b"), credentials("shop", "a:b")},
		{"encoded", "shop:p%3A%40+%2B%25", credentials("shop", "p%3A%40+%2B%25"), credentials("shop", "p:@ +%")},
		{"colon in encoded id", "https%3A%2F%2Fshop:s", credentials("https%3A%2F%2Fshop", "s"), credentials("https://shop", "s")},
		{"raw plus", "shop:a+b", credentials("shop", "a+b"), credentials("shop", "a b")},
		{"raw percent", "shop:100%", credentials("shop", "100%"), none},
		{"raw percent in id", "sh%op:a+b", credentials("sh%op", "a+b"), none},
		{"decodes to what is not UTF-8", "shop:%ff", credentials("shop", "%ff"), none},
		{"empty secret", "shop:", credentials("shop", ""), credentials("shop", "")},
		{"UTF-8", "shop:é", credentials("shop", "é"), credentials("shop", "é")},
		{"long", "shop:" + long, credentials("shop", long), credentials("shop", long)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, scheme := range []string{"Basic ", "basic ", "BASIC ", "Basic   "} {
				b, found, err := oauth.ParseBasic(scheme + encode(test.pair))
				if err != nil || !found {
					t.Fatalf("ParseBasic(%s%s) = %v, %v", scheme, test.pair, found, err)
				}
				if b.Raw != test.raw {
					t.Errorf("%s: raw %q %q", test.pair, b.Raw.ID, b.Raw.Secret.Reveal())
				}
				if b.Decoded != test.decoded {
					t.Errorf("%s: decoded %q %q", test.pair, b.Decoded.ID, b.Decoded.Secret.Reveal())
				}
				want := []oauth.Credentials{test.decoded, test.raw}
				want = slices.Compact(slices.DeleteFunc(want, func(c oauth.Credentials) bool { return c == none }))
				if got := slices.Collect(b.Readings()); !slices.Equal(got, want) {
					t.Errorf("%s: %d readings, want %d", test.pair, len(got), len(want))
				}
			}
		})
	}
}

func TestBasicRefusesWhatCannotBeRead(t *testing.T) {
	tests := []struct{ name, header, description string }{
		{"nothing", "Basic", basicMalformed},
		{"only spaces", "Basic   ", basicMalformed},
		{"not base64", "Basic shop:secret", basicMalformed},
		{"no padding", "Basic " + strings.TrimRight(encode("shop:s3"), "="), basicMalformed},
		{"URL alphabet", "Basic " + strings.ReplaceAll(encode("shop:\xc3\xbf\xc3\xbf\xc3\xbf"), "/", "_"), basicMalformed},
		{"line break inside", "Basic " + encode("shop:secret")[:4] + "\r\n" + encode("shop:secret")[4:], basicMalformed},
		{"two values in one header", "Basic " + encode("shop:s") + ", Basic " + encode("shop:s"), basicMalformed},
		{"tab instead of space", "Basic\t" + encode("shop:secret"), basicMalformed},
		{"no colon", "Basic " + encode("shop"), basicMalformed},
		{"no id", "Basic " + encode(":secret"), basicMalformed},
		{"not UTF-8", "Basic " + encode("shop:\xff"), basicMalformed},
		{"too long", "Basic " + encode("shop:"+strings.Repeat("s", 8<<10)), basicMalformed},
		{"line break at the end of the secret", "Basic " + encode("shop:secret\n"), basicControl},
		{"the same, encoded", "Basic " + encode("shop:secret%0A"), basicControl},
		{"NUL in the id", "Basic " + encode("sh\x00op:secret"), basicControl},
		{"encoded NUL in the id", "Basic " + encode("sh%00op:secret"), basicControl},
		{"DEL", "Basic " + encode("shop:\x7f"), basicControl},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, found, err := oauth.ParseBasic(test.header)
			checkRefusal(t, err, oauth.InvalidClient, test.description)
			if found || b != (oauth.Basic{}) {
				t.Errorf("found = %v with credentials of %q", found, b.Raw.ID)
			}
		})
	}
}

func TestOtherSchemesAreNotBasic(t *testing.T) {
	for _, header := range []string{"", "Bearer abc", "Basicx YTpi", "Bas", "DPoP abc"} {
		if _, found, err := oauth.ParseBasic(header); found || err != nil {
			t.Errorf("ParseBasic(%q) = %v, %v, want not found", header, found, err)
		}
	}
}

func TestBasicHeaderIsReadOnce(t *testing.T) {
	one := "Basic " + encode("shop:secret")
	b, found, err := oauth.BasicCredentials(http.Header{"Authorization": {one}})
	if err != nil || !found || b.Raw.ID != "shop" {
		t.Errorf("one header: %v, %v", found, err)
	}
	if _, found, err := oauth.BasicCredentials(http.Header{}); found || err != nil {
		t.Errorf("no header: %v, %v", found, err)
	}
	for _, second := range []string{one, "Bearer abc", ""} {
		_, found, err := oauth.BasicCredentials(http.Header{"Authorization": {one, second}})
		checkRefusal(t, err, oauth.InvalidRequest, "more than one Authorization header")
		if found {
			t.Errorf("found credentials beside %q", second)
		}
	}
}

func TestSecretPrintsRedacted(t *testing.T) {
	const secret = "its_verysecret"
	checkRedacted(t, oauth.NewSecret(secret), secret)
	checkRedacted(t, credentials("shop", secret), secret)
	b, _, err := oauth.ParseBasic("Basic " + encode("shop:"+secret))
	if err != nil {
		t.Fatal(err)
	}
	checkRedacted(t, b, secret)
}

func TestReadingsCanBeLeftEarly(t *testing.T) {
	b, _, err := oauth.ParseBasic("Basic " + encode("shop:a+b"))
	if err != nil {
		t.Fatal(err)
	}
	for c := range b.Readings() {
		if c.Secret.Reveal() != "a b" {
			t.Errorf("first reading %q, want the decoded one", c.Secret.Reveal())
		}
		break
	}
}

func TestOnlyTheEmptySecretIsZero(t *testing.T) {
	if !oauth.NewSecret("").IsZero() || oauth.NewSecret("x").IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestEncodeBasicIsFormEncoded(t *testing.T) {
	const want = "Basic " + "c2hvcDpwJTNBJTQwKyUyQiUyNQ==" // shop:p%3A%40+%2B%25
	if got := oauth.EncodeBasic("shop", oauth.NewSecret("p:@ +%")); got != want {
		t.Errorf("EncodeBasic = %q, want %q", got, want)
	}
}

func FuzzParseBasic(f *testing.F) {
	for _, seed := range []string{
		"", "Basic", "Basic YTpi", "basic " + encode("a%3Ab:c+d"), "Basic " + encode("a:%"), "Basic " + encode("a:\n"), "Basic " + encode(":"), "Bearer abc",
		"Basic YTpi\n", "Basic " + encode("\xff:\xff"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		b, found, err := oauth.ParseBasic(header)
		if err != nil {
			checkCharset(t, err)
		}
		if !found {
			if b != (oauth.Basic{}) {
				t.Error("credentials without being found")
			}
			return
		}
		if _, sent, _ := strings.Cut(header, " "); strings.TrimLeft(sent, " ") != encode(b.Raw.ID+":"+b.Raw.Secret.Reveal()) {
			t.Errorf("ParseBasic(%q): raw %q %q are not what was sent", header, b.Raw.ID, b.Raw.Secret.Reveal())
		}
		readings := 0
		for c := range b.Readings() {
			readings++
			for _, s := range []string{c.ID, c.Secret.Reveal()} {
				if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
					t.Errorf("ParseBasic(%q) gives %q", header, s)
				}
			}
			if c.ID == "" {
				t.Errorf("ParseBasic(%q) gives an empty id", header)
			}
		}
		if readings < 1 || readings > 2 {
			t.Errorf("ParseBasic(%q) has %d readings", header, readings)
		}
	})
}

func FuzzBasicRoundTrip(f *testing.F) {
	f.Add("shop", "its_abc")
	f.Add("https://shop:443/", "p:@ +%")
	f.Add("é", "%41+")
	f.Add("a", "")
	f.Fuzz(func(t *testing.T, id, secret string) {
		if id == "" || len(id)+len(secret) > 2000 { // no id is refused; escaped and encoded, more is over the bound
			return
		}
		b, found, err := oauth.ParseBasic(oauth.EncodeBasic(id, oauth.NewSecret(secret)))
		control := strings.ContainsFunc(id+secret, func(r rune) bool { return r < ' ' || r == 0x7f })
		text := utf8.ValidString(id) && utf8.ValidString(secret)
		switch {
		case text && control:
			checkRefusal(t, err, oauth.InvalidClient, basicControl)
		case text:
			if err != nil || !found || b.Decoded != credentials(id, secret) {
				t.Errorf("ParseBasic(EncodeBasic(%q, %q)) = %q %q, %v", id, secret, b.Decoded.ID, b.Decoded.Secret.Reveal(), err)
			}
		case b.Decoded != (oauth.Credentials{}):
			t.Errorf("ParseBasic(EncodeBasic(%q, %q)) = %q %q, which is not text", id, secret, b.Decoded.ID, b.Decoded.Secret.Reveal())
		}
	})
}
