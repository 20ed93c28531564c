package oauth_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/introspectd/introspectd/introspect/oauth"
)

const limit = 16 << 10

func post(target, contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func TestQueryStringsAreRefused(t *testing.T) {
	const (
		token       = "token in the URL: send it in the body; consider the token leaked"
		credentials = "client credentials in the URL: send them in the Authorization header; consider them leaked"
		other       = "parameters in the URL are not read: send them in the body"
	)
	tests := []struct{ query, description string }{
		{"token=abc", token},
		{"x=1&token=abc", token},
		{"x=1;token=abc", token},
		{"tok%65n=abc", token},
		{"Token=abc", token},
		{"access_token=abc", token},
		{"refresh_token=abc", token},
		{"subject_token=abc", token},
		{"client_secret=abc", credentials},
		{"client_id=a&client_assertion=abc", credentials},
		{"lang=de", other},
		{"%zz", other},
		{"tokens=1", other},
	}
	for _, test := range tests {
		for _, body := range []string{"", "token=def"} {
			r := post("/introspect", oauth.MediaForm, body)
			r.URL.RawQuery = test.query
			_, err := oauth.ReadForm(nil, r, limit)
			checkRefusal(t, err, oauth.InvalidRequest, test.description)
		}
	}
	f, err := oauth.ReadForm(nil, post("/introspect?", oauth.MediaForm, "token=abc"), limit)
	if err != nil || f.Value("token") != "abc" {
		t.Errorf("a question mark with nothing behind it: %v", err)
	}
}

func TestContentTypeMustBeAForm(t *testing.T) {
	const (
		wanted  = "Content-Type must be application/x-www-form-urlencoded"
		charset = "Content-Type must be application/x-www-form-urlencoded with charset UTF-8 or none"
	)
	tests := []struct{ contentType, description string }{
		{"application/x-www-form-urlencoded", ""},
		{"Application/X-WWW-Form-URLEncoded", ""},
		{"application/x-www-form-urlencoded;charset=UTF-8", ""},
		{"application/x-www-form-urlencoded; charset=utf-8", ""},
		{"application/x-www-form-urlencoded ; Charset=\"Utf-8\"", ""},
		{"application/x-www-form-urlencoded; x=y", ""},
		{"application/x-www-form-urlencoded;", ""},
		{"application/x-www-form-urlencoded;charset=utf-16", charset},
		{"application/x-www-form-urlencoded; charset=iso-8859-1", charset},
		{"application/x-www-form-urlencoded; charset=", wanted},
		{"application/x-www-form-urlencoded; charset=\"\"", charset},
		{"application/x-www-form-urlencoded; charset=utf-8; charset=utf-16", wanted},
		{"application/x-www-form-urlencoded, application/json", wanted},
		{"application/x-www-form-urlencodedx", wanted},
		{"", wanted},
		{"application/json", wanted},
		{"multipart/form-data; boundary=x", wanted},
		{"text/plain", wanted},
	}
	for _, test := range tests {
		f, err := oauth.ReadForm(nil, post("/introspect", test.contentType, "token=abc"), limit)
		if test.description != "" {
			checkRefusal(t, err, oauth.InvalidRequest, test.description)
		} else if err != nil || f.Value("token") != "abc" {
			t.Errorf("Content-Type %q: %v", test.contentType, err)
		}
	}
	r := post("/introspect", oauth.MediaForm, "token=abc")
	r.Header.Add("Content-Type", oauth.MediaForm)
	_, err := oauth.ReadForm(nil, r, limit)
	checkRefusal(t, err, oauth.InvalidRequest, wanted)
}

func TestContentEncodingIsRefused(t *testing.T) {
	for _, encoding := range []string{"gzip", "identity", "br", ""} {
		r := post("/introspect", oauth.MediaForm, "token=abc")
		r.Header["Content-Encoding"] = []string{encoding}
		_, err := oauth.ReadForm(nil, r, limit)
		checkRefusal(t, err, oauth.InvalidRequest, "Content-Encoding is not supported: send the form as it is")
	}
}

func TestBodyLimitIsExact(t *testing.T) {
	exact := "token=" + strings.Repeat("a", limit-len("token="))
	for _, readers := range []struct {
		name string
		wrap func(io.Reader) io.Reader
	}{
		{"as it comes", func(r io.Reader) io.Reader { return r }},
		{"one byte at a time", iotest.OneByteReader},
		{"end told with the data", iotest.DataErrReader},
	} {
		t.Run(readers.name, func(t *testing.T) {
			for _, length := range []int64{0, -1} {
				for _, body := range []string{exact, exact + "a"} {
					r := post("/introspect", oauth.MediaForm, body)
					r.Body = io.NopCloser(readers.wrap(strings.NewReader(body)))
					if length < 0 {
						r.ContentLength = -1
					}
					f, err := oauth.ReadForm(nil, r, limit)
					if fits := len(body) <= limit; fits && (err != nil || f.Value("token") != body[len("token="):]) {
						t.Errorf("%d bytes, length %d: %v", len(body), r.ContentLength, err)
					} else if !fits && !errors.Is(err, oauth.ErrTooLarge) {
						t.Errorf("%d bytes, length %d: error %v, want ErrTooLarge", len(body), r.ContentLength, err)
					}
				}
			}
		})
	}
}

// A body of many megabytes must not be held, whatever length it claims.
func TestBodyOverTheLimitIsNotRead(t *testing.T) {
	for _, length := range []int64{10 << 20, 5, -1} {
		endless := &counter{}
		r := post("/introspect", oauth.MediaForm, "")
		r.Body, r.ContentLength = io.NopCloser(endless), length
		if _, err := oauth.ReadForm(nil, r, limit); !errors.Is(err, oauth.ErrTooLarge) {
			t.Errorf("length %d: error %v, want ErrTooLarge", length, err)
		}
		if length > limit && endless.n != 0 || endless.n > 2*limit {
			t.Errorf("length %d: read %d bytes", length, endless.n)
		}
	}
}

type counter struct{ n int }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	c.n += len(p)
	return len(p), nil
}

func TestLowerLimitFurtherOutIsTooLargeAsWell(t *testing.T) {
	r := post("/introspect", oauth.MediaForm, "token=abcdefgh")
	r.Body = http.MaxBytesReader(nil, r.Body, 8)
	if _, err := oauth.ReadForm(nil, r, limit); !errors.Is(err, oauth.ErrTooLarge) {
		t.Errorf("error %v, want ErrTooLarge", err)
	}
}

// Half a body may be half a token: it must not be judged.
func TestBrokenBodyIsRefusedAndTheCauseKept(t *testing.T) {
	r := post("/introspect", oauth.MediaForm, "")
	r.ContentLength = 100
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("token=abc"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	f, err := oauth.ReadForm(nil, r, limit)
	checkRefusal(t, err, oauth.InvalidRequest, "request body broke off")
	if !errors.Is(err, io.ErrUnexpectedEOF) || f.Len() != 0 {
		t.Errorf("error %v with %d parameters", err, f.Len())
	}
}

func TestNoBodyIsAnEmptyForm(t *testing.T) {
	r := post("/introspect", oauth.MediaForm, "")
	r.Body = nil
	if f, err := oauth.ReadForm(nil, r, limit); err != nil || f.Len() != 0 {
		t.Errorf("ReadForm = %v, %v", f, err)
	}
}

// What one request leaves in a buffer must not be seen by the next, nor change what an earlier one was given.
func TestFormsDoNotShareMemory(t *testing.T) {
	first, err := oauth.ReadForm(nil, post("/introspect", oauth.MediaForm, "token=aaaaaaaaaaaaaaaa"), limit)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		second, err := oauth.ReadForm(nil, post("/introspect", oauth.MediaForm, "token=b"), limit)
		if err != nil || second.Value("token") != "b" || second.Len() != 1 {
			t.Fatalf("second form: %q, %v", second.Value("token"), err)
		}
	}
	if got := first.Value("token"); got != "aaaaaaaaaaaaaaaa" {
		t.Errorf("first form now says %q", got)
	}
}

// Over a real connection: the refusal arrives though the client is still sending, and the connection is given up.
func TestTooLargeClosesTheConnection(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := oauth.ReadForm(w, r, limit); errors.Is(err, oauth.ErrTooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	defer server.Close()
	for _, test := range []struct {
		size    int
		chunked bool
	}{{2 << 20, false}, {2 << 20, true}, {limit + 1, false}, {limit + 1, true}} {
		var body io.Reader = bytes.NewReader(make([]byte, test.size))
		if test.chunked {
			body = io.MultiReader(body)
		}
		resp, err := server.Client().Post(server.URL, oauth.MediaForm, body)
		if err != nil {
			t.Fatalf("%+v: %v", test, err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge || !resp.Close {
			t.Errorf("%+v: status %d, close %v", test, resp.StatusCode, resp.Close)
		}
	}
	resp, err := server.Client().Post(server.URL, oauth.MediaForm, strings.NewReader("token=abc"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Close {
		t.Errorf("small body: status %d, close %v", resp.StatusCode, resp.Close)
	}
}

func TestEncodedFormsComeBack(t *testing.T) {
	want := url.Values{"token": {"a b+c&d=e;f%é"}, "scope": {"r w"}, "resource": {"https://a/?x=y#z"}}
	f, err := oauth.ReadForm(nil, post("/token", oauth.MediaForm, want.Encode()), limit)
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if got := f.Value(name); got != want.Get(name) {
			t.Errorf("Value(%q) = %q, want %q", name, got, want.Get(name))
		}
	}
}

func FuzzReadForm(f *testing.F) {
	f.Add("", oauth.MediaForm, "token=abc", true)
	f.Add("token=a", oauth.MediaForm, "", false)
	f.Add("", "application/x-www-form-urlencoded; charset=utf-16", "token=abc", true)
	f.Add("", "application/x-www-form-urlencoded;charset=UTF-8", "token=%zz", false)
	f.Add("", oauth.MediaForm, "token="+strings.Repeat("a", 300), false)
	f.Add("&;%zz=", "", "a=1;b=2", true)
	f.Fuzz(func(t *testing.T, query, contentType, body string, known bool) {
		const limit = 256
		r := &http.Request{
			Method: http.MethodPost, URL: &url.URL{Path: "/", RawQuery: query}, ContentLength: -1,
			Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
		}
		if known {
			r.ContentLength = int64(len(body))
		}
		form, err := oauth.ReadForm(nil, r, limit)
		if err != nil {
			checkCharset(t, err)
			return
		}
		if query != "" || len(body) > limit || strings.Contains(strings.ToLower(contentType), "utf-16") {
			t.Errorf("accepted query %q, type %q, %d bytes", query, contentType, len(body))
		}
		if direct, err := oauth.ParseForm(body); err != nil || direct.Value("token") != form.Value("token") || direct.Len() != form.Len() {
			t.Errorf("ReadForm and ParseForm differ on %q", body)
		}
	})
}
