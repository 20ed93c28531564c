package oauth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/introspectd/introspectd/introspect/oauth"
)

func TestFormReadsWhatTheRFCsAllow(t *testing.T) {
	tests := []struct {
		name, body string
		want       string // name=value of every parameter that is there, in order of names asked
	}{
		{"plain", "token=abc&token_type_hint=access_token", "token=abc token_type_hint=access_token"},
		{"escaped", "token=a%2Bb+c%3D%26%3B", "token=a+b c=&;"},
		{"escaped name", "tok%65n=abc", "token=abc"},
		{"equals sign in value", "token=abc==", "token=abc=="},
		{"empty is absent", "token=&scope=a", "scope=a"},
		{"no equals sign is absent", "token&scope=a", "scope=a"},
		{"empty does not count as sent twice", "token=&token=abc", "token=abc"},
		{"no name", "=abc&token=x&=def", "token=x"},
		{"empty pieces", "&&token=abc&&", "token=abc"},
		{"unknown is carried along", "foo=bar&token=abc", "token=abc"},
		{"repeatable", "resource=https%3A%2F%2Fa&resource=b&audience=c&audience=c", "resource=https://a resource=b audience=c audience=c"},
		{"raw UTF-8", "token=é", "token=é"},
		{"escaped UTF-8", "token=%C3%A9", "token=é"},
		{"nothing is trimmed", "token=+abc%0A", "token= abc\n"},
		{"NUL is kept", "token=a%00", "token=a\x00"},
		{"more than four", "a=1&b=2&c=3&d=4&scope=5&token=6", "token=6 scope=5"},
		{"empty body", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := oauth.ParseForm(test.body, "resource", "audience")
			if err != nil {
				t.Fatalf("ParseForm(%q) = %v", test.body, err)
			}
			var got []string
			for _, name := range []string{"token", "token_type_hint", "scope", "resource", "audience"} {
				values := f.Values(name)
				if f.Has(name) != (len(values) > 0) {
					t.Errorf("Has(%q) = %v, but Values = %q", name, f.Has(name), values)
				}
				if first := slices.Concat(values, []string{""})[0]; f.Value(name) != first {
					t.Errorf("Value(%q) = %q, want %q", name, f.Value(name), first)
				}
				for _, v := range values {
					got = append(got, name+"="+v)
				}
			}
			if joined := strings.Join(got, " "); joined != test.want {
				t.Errorf("ParseForm(%q) has %q, want %q", test.body, joined, test.want)
			}
		})
	}
}

func TestFormRefusesWhatIsAmbiguous(t *testing.T) {
	numbered := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "p%d=x&", i)
		}
		return b.String()
	}
	if _, err := oauth.ParseForm(numbered(64)); err != nil {
		t.Errorf("64 parameters: %v", err)
	}
	tests := []struct{ name, body, description string }{
		{"twice", "token=abc&token=abc", "parameter token was sent more than once"},
		{"twice, once in disguise", "token=abc&tok%65n=def", "parameter token was sent more than once"},
		{"unknown twice", "foo=1&foo=2", "parameter foo was sent more than once"},
		{"dirty name twice", "a%22%5C%0A%C3%A9=1&a%22%5C%0A%C3%A9=2", "parameter a'??? was sent more than once"},
		{"long name twice", strings.Repeat("x", 33) + "=1&" + strings.Repeat("x", 33) + "=2", "a parameter with a long name was sent more than once"},
		{"semicolon between", "token=abc;token=def", "parameters are separated by an ampersand; a semicolon in a value is written %3B"},
		{"65 parameters", numbered(65), "more than 64 parameters"},
		{"65 empty parameters", strings.Repeat("a=&", 65), "more than 64 parameters"},
		{"cut escape", "token=abc%2", "body has an invalid percent escape"},
		{"bad escape", "token=%zz", "body has an invalid percent escape"},
		{"bad escape in name", "%zz=a", "body has an invalid percent escape"},
		{"raw bytes that are not UTF-8", "token=\xff", "body is not UTF-8"},
		{"escaped bytes that are not UTF-8", "token=%C3%28", "body is not UTF-8"},
		{"escaped name that is not UTF-8", "%ff=a", "body is not UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := oauth.ParseForm(test.body, "resource")
			checkRefusal(t, err, oauth.InvalidRequest, test.description)
			if f.Len() != 0 {
				t.Errorf("a refused form has %d parameters", f.Len())
			}
		})
	}
}

func TestFormPrintsRedacted(t *testing.T) {
	const token = "ita_verysecret"
	f, err := oauth.ParseForm("token=" + token)
	if err != nil {
		t.Fatal(err)
	}
	checkRedacted(t, f, token)
	type handler struct{ f oauth.Form }
	if got := fmt.Sprintf("%+v", handler{f}); strings.Contains(got, token) {
		t.Errorf("inside an unexported field: %s", got)
	}
}

// A handler of one's own may look at values before they are marshalled.
var (
	_ slog.LogValuer = oauth.Form{}
	_ slog.LogValuer = oauth.Secret{}
)

// checkRedacted prints v in every way that a log line, an error or a dump would.
func checkRedacted(t *testing.T, v any, secret string) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		for _, shown := range []any{v, &v, []any{v}, struct{ Inner any }{v}} {
			got := fmt.Sprintf(verb, shown)
			if strings.Contains(got, secret) || strings.Contains(got, fmt.Sprintf("%x", secret)) {
				t.Errorf("Sprintf(%q, %T) = %s", verb, shown, got)
			}
		}
	}
	if s, ok := v.(interface {
		fmt.Stringer
		fmt.GoStringer
	}); ok && strings.Contains(s.String()+s.GoString(), secret) {
		t.Errorf("String() = %s, GoString() = %s", s.String(), s.GoString())
	}
	js, err := json.Marshal(map[string]any{"v": v})
	if err != nil || strings.Contains(string(js), secret) {
		t.Errorf("json.Marshal = %s, %v", js, err)
	}
	for _, handler := range []func(*strings.Builder) slog.Handler{
		func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
		func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b strings.Builder
		slog.New(handler(&b)).Info("seen", "v", v)
		if strings.Contains(b.String(), secret) {
			t.Errorf("slog wrote %s", b.String())
		}
	}
}

func checkRefusal(t *testing.T, err error, code oauth.Code, description string) {
	t.Helper()
	refusal, ok := errors.AsType[*oauth.Error](err)
	if !ok || refusal.Code != code || refusal.Description != description {
		t.Errorf("error = %v, want %s: %s", err, code, description)
	}
}

func FuzzParseForm(f *testing.F) {
	for _, seed := range []string{
		"", "token=abc", "token=a%2Bb&token=c", "a=1;b=2", "%zz", "resource=a&resource=b", "&&=&=x", "token=%ff", "é=é", "token=" + strings.Repeat("a", 300),
		strings.Repeat("a=&", 65),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := oauth.ParseForm(body, "resource")
		if err != nil {
			checkCharset(t, err)
			return
		}
		if form.Len() > 64 {
			t.Errorf("%d parameters", form.Len())
		}
		for _, name := range []string{"token", "resource"} {
			values := form.Values(name)
			if name != "resource" && len(values) > 1 {
				t.Errorf("%s has %d values", name, len(values))
			}
			for _, v := range values {
				if v == "" || !utf8.ValidString(v) {
					t.Errorf("%s = %q", name, v)
				}
			}
		}
	})
}

// checkCharset is RFC 6749 §5.2 for an error that goes over the wire.
func checkCharset(t *testing.T, err error) {
	t.Helper()
	refusal, ok := errors.AsType[*oauth.Error](err)
	if !ok {
		t.Fatalf("%v is not an *oauth.Error", err)
	}
	if refusal.Description == "" || len(refusal.Description) > 256 {
		t.Errorf("description has %d bytes", len(refusal.Description))
	}
	for i := range len(refusal.Description) {
		if c := refusal.Description[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			t.Errorf("byte %#x in description %q", c, refusal.Description)
		}
	}
}
