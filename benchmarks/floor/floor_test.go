package floor_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/session"
)

func TestTheAnswerIsJSONOf250Bytes(t *testing.T) {
	if len(floor.Answer) != 250 {
		t.Errorf("the answer has %d bytes, want 250", len(floor.Answer))
	}
	var a struct{ Active bool }
	if err := json.Unmarshal([]byte(floor.Answer), &a); err != nil || !a.Active {
		t.Errorf("the answer reads as %+v, %v, want an active one", a, err)
	}
}

func BenchmarkHandler(b *testing.B) {
	password := session.NewHandle(session.ClientSecret)
	h := floor.Handler("orders-api", password)
	for _, path := range []string{"/introspect", "/sign"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("token=x"))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.SetBasicAuth("orders-api", password.Reveal())
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}

func TestTheFloorDoesTheWorkItIsSaidToDo(t *testing.T) {
	password := session.NewHandle(session.ClientSecret)
	h := floor.Handler("orders-api", password)
	for _, c := range []struct {
		name, id, password, form string
		want                     int
		body                     string
	}{
		{"right", "orders-api", password.Reveal(), "token=x", 200, floor.Answer},
		{"another client", "orders-apj", password.Reveal(), "token=x", 401, ""},
		{"wrong password", "orders-api", password.Reveal() + "x", "token=x", 401, ""},
		{"no password", "orders-api", "", "token=x", 401, ""},
		{"form without a token", "orders-api", password.Reveal(), url.Values{"x": {"token"}}.Encode(), 400, ""},
	} {
		for _, path := range []string{"/introspect", "/sign"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(c.form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(c.id, c.password)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			body, err := io.ReadAll(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if w.Code != c.want || string(body) != c.body {
				t.Errorf("%s: %s = %d %q, want %d %q", c.name, path, w.Code, body, c.want, c.body)
			}
		}
	}
}
