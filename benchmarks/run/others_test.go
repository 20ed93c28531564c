package run

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// neighbour is another server that answers RFC 7662, in its own way.
func neighbour(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, word, _ := r.BasicAuth(); id != "me" || word != "pass" {
			w.WriteHeader(401)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, map[bool]string{true: `{"active": true}`, false: `{"active": false}`}[r.PostFormValue("token") == "good"])
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func TestAPeerIsMeasuredAndOneThatCannotBeIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, bad := file("good", "good\n"), file("bad", "bad\n")
	at := neighbour(t)
	b := newBench(t, "-scenarios", "peers",
		"-peer", "there=http://me:pass@"+at+"/introspect,tokens="+good,
		"-peer", "closed=http://me:pass@127.0.0.1:1/introspect,tokens="+good,
		"-peer", "strict=http://me:wrong@"+at+"/introspect,tokens="+good,
		"-peer", "forgetful=http://me:pass@"+at+"/introspect,tokens="+bad,
		"-peer", "bare=http://me:pass@"+at+"/introspect,tokens="+filepath.Join(dir, "none"))
	b.follow(t.Context(), b.plan())
	for i, want := range []string{
		"peers: ask closed: it cannot be reached", `peers: ask strict: it does not take the credentials of "me"`,
		"peers: ask forgetful: it says that the first of the tokens is not active", "peers: ask bare: tokens: ",
	} {
		if i >= len(b.report.NotMeasured) || !strings.HasPrefix(b.report.NotMeasured[i], want) {
			t.Errorf("not measured %q, want %q among them", b.report.NotMeasured, want)
		}
	}
	if len(b.errs) != 4 {
		t.Errorf("%d errors, want four", len(b.errs))
	}
	rate := measured(t, b.section(t, peersKey), "peers", "rate")
	for _, key := range []string{"peer-there", "introspect", "introspect-cached"} {
		if rate[key].Median <= 0 {
			t.Errorf("%s was not measured: %v", key, rate)
		}
	}
	if len(rate) != 3 {
		t.Errorf("measured %v, want three", rate)
	}
}
