package httpapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
)

// TestWire runs the scripts in testdata: what goes over the wire, written so that it can be read without the code. README.txt there says
// how. Each script has a daemon of its own and a clock that jumps.
func TestWire(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.wire")
	if err != nil || len(paths) < 8 {
		t.Fatalf("scripts = %v, %v", paths, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".wire"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				s := &script{t: t, path: path, vars: map[string]string{}}
				for n, line := range strings.Split(string(text), "\n") {
					s.n = n + 1
					s.line(strings.TrimRight(line, " "))
				}
				s.send()
				if s.answers == 0 {
					t.Error("the script asks nothing")
				}
			})
		})
	}
}

// script is one file on its way through.
type script struct {
	t       *testing.T
	path    string
	n       int
	d       *daemon
	issuer  string
	vars    map[string]string
	title   string
	req     *http.Request // being put together
	at      int           // its line
	res     *httptest.ResponseRecorder
	answers int
	inside  []byte // a part of a signed token, which json lines read in place of the body
}

func (s *script) errorf(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("%s:%d: %s: %s", s.path, s.n, s.title, fmt.Sprintf(format, args...))
}

var variable = regexp.MustCompile(`\$[A-Z][A-Z0-9_]*`)

func (s *script) expand(text string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		v, ok := s.vars[name[1:]]
		if !ok {
			s.t.Fatalf("%s:%d: %s is not set", s.path, s.n, name)
		}
		return v
	})
}

func (s *script) line(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
		return
	case word == "==":
		s.send()
		s.title = rest
		return
	}
	rest = s.expand(rest)
	switch word {
	case "issuer":
		s.issuer = rest
	case "sleep":
		s.send()
		d, err := time.ParseDuration(rest)
		if err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(d)
	case "disable":
		s.send()
		s.daemon().disable(rest)
	case ">":
		s.give(rest)
	case "<":
		s.send()
		s.expect(rest)
	default:
		s.send()
		s.begin(word, rest)
	}
}

func (s *script) daemon() *daemon {
	if s.d == nil {
		if s.issuer == "" {
			s.issuer = "https://id.example"
		}
		s.d = newDaemon(s.t, func(o *options) { o.issuer = s.issuer })
		for id, secret := range secrets {
			s.vars["SECRET_"+strings.ToUpper(strings.ReplaceAll(id, "-", "_"))] = secret
		}
	}
	return s.d
}

func (s *script) begin(method, target string) {
	s.daemon()
	req, err := http.NewRequest(method, s.expand(target), nil)
	if err != nil {
		s.t.Fatalf("%s:%d: %v", s.path, s.n, err)
	}
	req.RequestURI, req.RemoteAddr, req.Host = target, "192.0.2.1:1234", "id.example"
	s.req, s.at = req, s.n
}

// give reads a line of the request.
func (s *script) give(rest string) {
	if s.req == nil {
		s.t.Fatalf("%s:%d: no request begun", s.path, s.n)
	}
	word, rest, _ := strings.Cut(rest, " ")
	switch word {
	case "as":
		s.req.Header.Add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(rest+":"+secrets[rest])))
	case "basic":
		s.req.Header.Add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(rest)))
	case "from":
		s.req.RemoteAddr = rest
	case "form":
		s.req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.body(rest)
	case "json":
		s.req.Header.Set("Content-Type", "application/json")
		s.body(rest)
	case "body":
		s.body(rest)
	default:
		s.req.Header.Add(strings.TrimSuffix(word, ":"), rest)
	}
}

var repeated = regexp.MustCompile(`\{(\d+) x (.)\}`)

// body puts "{1000 x a}" as a thousand a's.
func (s *script) body(text string) {
	text = repeated.ReplaceAllStringFunc(text, func(m string) string {
		part := repeated.FindStringSubmatch(m)
		var n int
		_, _ = fmt.Sscan(part[1], &n)
		return strings.Repeat(part[2], n)
	})
	s.req.Body, s.req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
}

func (s *script) send() {
	if s.req == nil {
		return
	}
	s.res, s.inside = httptest.NewRecorder(), nil
	s.d.Handler().ServeHTTP(s.res, s.req)
	s.answers++
	s.always()
	s.req = nil
}

var descriptions = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]*$`)

// always is what holds of every answer, whatever was asked.
func (s *script) always() {
	h, code, body := s.res.Header(), s.res.Code, s.res.Body.String()
	if metadata := strings.Contains(s.req.URL.Path, "/.well-known/") && (code == http.StatusOK || code == http.StatusNotModified); !metadata && h.Get("Cache-Control") != "no-store" {
		s.errorf("Cache-Control = %q", h.Get("Cache-Control"))
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
		s.errorf("headers = %v", h)
	}
	for name, values := range h {
		if strings.HasPrefix(name, "Access-Control-") || name == "Location" && code != http.StatusCreated {
			s.errorf("has header %s", name)
		}
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n") {
				s.errorf("header %s = %q", name, v)
			}
		}
	}
	if code < 400 {
		return
	}
	if strings.Contains(body, `"active"`) {
		s.errorf("an error with a member active: %s", body)
	}
	var e struct {
		Error       string
		Description string `json:"error_description"`
	}
	if s.req.Method != http.MethodHead && (json.Unmarshal([]byte(body), &e) != nil || e.Error == "" || !descriptions.MatchString(e.Error+e.Description)) {
		s.errorf("error body = %s", body)
	}
	bearer := map[int]string{http.StatusBadRequest: `error="invalid_request"`, http.StatusForbidden: `error="insufficient_scope"`}[code]
	if (code == http.StatusUnauthorized) != (len(h["Www-Authenticate"]) > 0) && (bearer == "" || !strings.Contains(h.Get("Www-Authenticate"), bearer)) {
		s.errorf("%d with challenge %q", code, h["Www-Authenticate"])
	}
	for name, v := range s.vars {
		if len(v) > 20 && name != "SID" && strings.Contains(body+fmt.Sprint(h), v) {
			s.errorf("the answer repeats $%s", name)
		}
	}
}

// expect reads a line about the answer.
func (s *script) expect(rest string) {
	s.t.Helper()
	if s.res == nil {
		s.t.Fatalf("%s:%d: nothing was asked", s.path, s.n)
	}
	body := s.res.Body.String()
	word, more, _ := strings.Cut(rest, " ")
	switch {
	case regexp.MustCompile(`^\d{3}$`).MatchString(rest):
		if fmt.Sprint(s.res.Code) != rest {
			s.errorf("status = %d, want %s: %s", s.res.Code, rest, body)
		}
	case word == "body":
		if body != more {
			s.errorf("body = %s\nwant   %s", body, more)
		}
	case word == "has":
		if !strings.Contains(body, more) {
			s.errorf("body = %s\nwant in it %s", body, more)
		}
	case word == "lacks":
		if strings.Contains(body, more) {
			s.errorf("body = %s\nwant without %s", body, more)
		}
	case word == "no":
		if v := s.res.Header().Values(more); len(v) > 0 {
			s.errorf("%s = %q", more, v)
		}
	case word == "json":
		s.member(more)
	case word == "keep":
		name, member, _ := strings.Cut(more, " ")
		v, ok := s.members()[member].(string)
		if !ok {
			s.t.Fatalf("%s:%d: no string %s in %s", s.path, s.n, member, body)
		}
		s.vars[name] = v
	case word == "take":
		name, header, _ := strings.Cut(more, " ")
		s.vars[name] = strings.TrimPrefix(s.res.Header().Get(header), "Bearer ")
	case word == "open" || word == "head":
		s.open(more, word == "head")
	case word == "error":
		code, status, _ := strings.Cut(more, " ")
		if got := s.members()["error"]; got != code || fmt.Sprint(s.res.Code) != status {
			s.errorf("%d %v, want %s %s: %s", s.res.Code, got, status, code, body)
		}
	case strings.HasSuffix(word, "~"):
		if v := s.res.Header().Values(strings.TrimSuffix(word, "~")); !slices.ContainsFunc(v, func(v string) bool { return strings.Contains(v, more) }) {
			s.errorf("%s %q, want %q in it", word, v, more)
		}
	case strings.HasSuffix(word, ":"):
		if v := s.res.Header().Values(strings.TrimSuffix(word, ":")); !slices.Contains(v, more) {
			s.errorf("%s %q, want %q", word, v, more)
		}
	default:
		s.t.Fatalf("%s:%d: cannot read %q", s.path, s.n, rest)
	}
}

// open looks into a signed token, having checked who signed it.
func (s *script) open(where string, head bool) {
	s.t.Helper()
	s.inside = nil
	token := s.res.Body.String()
	if where == "Authorization" {
		token = strings.TrimPrefix(s.res.Header().Get(where), "Bearer ")
	} else if where != "body" {
		token, _ = s.members()[where].(string)
	}
	j, err := jwks.ParseJWS(token)
	if err != nil {
		s.t.Fatalf("%s:%d: %s: %v", s.path, s.n, where, err)
	}
	key, ok, err := s.d.ring.Find(s.t.Context(), j.KeyID, time.Now())
	if err != nil || !ok || !j.SignedBy(&key) {
		s.errorf("not signed by us: %v", err)
	}
	if s.inside = j.Payload; head {
		first, _, _ := strings.Cut(token, ".")
		s.inside, _ = base64.RawURLEncoding.DecodeString(first)
	}
}

func (s *script) members() map[string]any {
	s.t.Helper()
	text := s.res.Body.Bytes()
	if s.inside != nil {
		text = s.inside
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		s.errorf("body is not a JSON object: %s", s.res.Body)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		s.errorf("something follows the JSON object: %s", s.res.Body)
	}
	return m
}

// member reads "NAME = JSON", "NAME is TYPE" or "members NAME NAME...".
func (s *script) member(rest string) {
	s.t.Helper()
	m := s.members()
	word, more, _ := strings.Cut(rest, " ")
	if word == "members" {
		want := strings.Fields(more)
		if got := slices.Sorted(maps.Keys(m)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			s.errorf("members = %v, want %v", got, want)
		}
		return
	}
	verb, more, _ := strings.Cut(more, " ")
	got, there := m[word]
	if verb == "=" {
		js, _ := json.Marshal(got)
		if string(js) != more {
			s.errorf("%s = %s, want %s", word, js, more)
		}
		return
	}
	kind := "absent"
	switch v := got.(type) {
	case json.Number:
		kind = "number"
		if _, err := v.Int64(); err == nil {
			kind = "integer"
		}
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case []any:
		kind = "array"
	default:
		if there {
			kind = "object"
		}
	}
	if kind != more {
		s.errorf("%s is %s, want %s", word, kind, more)
	}
}
