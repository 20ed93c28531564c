package remote

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

func feedAt(t *testing.T, handler http.HandlerFunc) *Feed {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f, err := NewFeed(Config{Endpoint: server.URL + "/revocations", ClientID: "orders", Secret: oauth.NewSecret("s")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func TestAPollSaysWhatIsAppliedAndReadsWhatCameAfter(t *testing.T) {
	sid := session.NewID()
	var asked []string
	f := feedAt(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked = append(asked, fmt.Sprint(q.Get("log"), "|", q.Get("after"), "|", q.Get("wait"), "|", len(q.Get("subscriber"))))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"log":"l","after":4,"head":6,"lease_ms":1500,"more":false,"new":1,"last":{"seq":4,"kind":"client","id":"web","at":6,"until":9},"entries":[`+
			`{"seq":5,"kind":"session","id":"%s","at":7,"until":9},{"seq":6,"kind":"all","at":8,"until":9}]}`, sid)
	})
	if _, err := f.Poll(t.Context(), "", 0, 0); err != nil {
		t.Fatal(err)
	}
	got, err := f.Poll(t.Context(), "l", 4, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	want := revocation.Page{Log: "l", After: 4, Head: 6, Lease: 1500 * time.Millisecond, Last: revocation.Entry{Seq: 4, Selector: session.ByClient("web"), At: 6, Until: 9}, Entries: []revocation.Entry{
		{Seq: 5, Selector: session.BySession(sid), At: 7, Until: 9}, {Seq: 6, Selector: session.Everything(), At: 8, Until: 9},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"|||36", "l|4|1s|36"}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestAFeedThatCannotBeReadIsAnErrorAndNeverAnEmptyPage(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"gone":                      {410, `{"error":"gone"}`, revocation.ErrGone},
		"unavailable":               {503, `{}`, session.ErrUnavailable},
		"rejected":                  {403, `{}`, ErrRejected},
		"not JSON":                  {200, `<html>`, session.ErrUnavailable},
		"cut":                       {200, `{"log":"l","after":0,`, session.ErrUnavailable},
		"no lease":                  {200, `{"log":"l","after":0,"head":0,"entries":[]}`, session.ErrUnavailable},
		"no entries":                {200, `{"log":"l","after":0,"head":0,"lease_ms":5}`, session.ErrUnavailable},
		"entries null":              {200, `{"log":"l","after":0,"head":0,"lease_ms":5,"entries":null}`, session.ErrUnavailable},
		"no log":                    {200, `{"log":"","after":0,"head":0,"lease_ms":5,"entries":[]}`, session.ErrUnavailable},
		"a negative lease":          {200, `{"log":"l","after":0,"head":0,"lease_ms":-5,"entries":[]}`, session.ErrUnavailable},
		"an endless lease":          {200, `{"log":"l","after":0,"head":0,"lease_ms":9223372036854775807,"entries":[]}`, session.ErrUnavailable},
		"a last of an unknown kind": {200, `{"log":"l","after":1,"head":1,"lease_ms":5,"last":{"seq":1,"kind":"device","id":"x"},"entries":[]}`, session.ErrUnavailable},
		"an unknown kind":           {200, `{"log":"l","after":0,"head":1,"lease_ms":5,"entries":[{"seq":1,"kind":"device","id":"x"}]}`, session.ErrUnavailable},
		"nobody named":              {200, `{"log":"l","after":0,"head":1,"lease_ms":5,"entries":[{"seq":1,"kind":"subject","id":""}]}`, session.ErrUnavailable},
	} {
		f := feedAt(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		})
		if _, err := f.Poll(t.Context(), "l", 0, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: Poll = %v, want %v", name, err, c.want)
		}
	}
}
