package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("scrape: %d, %v", w.Code, err)
	}
	return string(body)
}

func wants(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

type emptyLog struct{}

func (emptyLog) Read(context.Context, revocation.Seq, int) (revocation.Page, error) {
	return revocation.Page{Log: "x"}, nil
}

func TestWhatHappensIsCounted(t *testing.T) {
	m := NewMetrics(Build{"v1", "abc", "go1"})
	m.Request("introspect", "active", time.Millisecond)
	m.Request("introspect", "active", time.Second)
	m.Request("introspect", "inactive", 0)
	m.StoreCall("lookup", time.Millisecond, nil)
	m.StoreCall("lookup", time.Millisecond, fmt.Errorf("%w: away", session.ErrUnavailable))
	m.StoreCall("lookup", time.Millisecond, fmt.Errorf("%w: %w", session.ErrUnavailable, context.Canceled))
	m.StoreCall("open", time.Millisecond, &session.Refusal{Reason: session.InvalidTarget})
	m.Swept(7, nil)
	m.Swept(3, errors.New("half way"))
	m.Sessions(42)
	m.Following(errors.New("gone"))
	m.WatchCache(func() cache.Stats {
		return cache.Stats{Hits: 5, Misses: 6, Refused: 7, Joined: 8, Loads: 9, Unknown: 10, Failures: 11, Remembered: 12, Capacity: 13}
	})
	node, err := revocation.NewNode(revocation.NodeConfig{Log: emptyLog{}})
	if err != nil {
		t.Fatal(err)
	}
	m.WatchNode(node)
	wants(t, scrape(t, m),
		`introspectd_http_requests_total{endpoint="introspect",outcome="active"} 2`,
		`introspectd_http_requests_total{endpoint="introspect",outcome="inactive"} 1`,
		`introspectd_http_request_duration_seconds_count{endpoint="introspect"} 3`,
		`introspectd_store_duration_seconds_count{op="lookup"} 3`,
		`introspectd_store_errors_total{op="lookup"} 1`,
		`introspectd_swept_rows_total 10`,
		`introspectd_sweeps_total{outcome="failed"} 1`,
		`introspectd_sessions 42`,
		`introspectd_renewal_changes_total{to="failing"} 1`,
		`introspectd_cache_hits_total 5`, `introspectd_cache_misses_total 6`, `introspectd_cache_refused_total 7`,
		`introspectd_cache_joined_total 8`, `introspectd_cache_loads_total 9`, `introspectd_cache_unknown_total 10`,
		`introspectd_cache_load_failures_total 11`, `introspectd_cache_entries 12`, `introspectd_cache_capacity 13`,
		`introspectd_revocation_set_entries 0`, `introspectd_revocation_applied_seq 0`, `introspectd_lease_remaining_seconds 0`,
		`introspectd_build_info{goversion="go1",revision="abc",version="v1"} 1`,
	)
	if text := scrape(t, m); strings.Contains(text, `store_errors_total{op="open"}`) || !strings.Contains(text, "go_goroutines") {
		t.Error("a refusal counts as a failure, or the runtime is not watched")
	}
}

func TestLabelsAreBoundedInNumber(t *testing.T) {
	m := NewMetrics(Build{})
	for i := range 10_000 {
		m.Request(fmt.Sprint("/path/", i), fmt.Sprint("outcome", i), 0)
		m.StoreCall(fmt.Sprint("op", i), 0, nil)
	}
	text := scrape(t, m)
	if n := strings.Count(text, "introspectd_http_requests_total{"); n > maxLabels+1 {
		t.Errorf("%d series of requests, want at most %d", n, maxLabels+1)
	}
	wants(t, text, fmt.Sprintf(`introspectd_http_requests_total{endpoint="other",outcome="other"} %d`, 10_000-maxLabels))
}

type touched struct{ err error }

func (t touched) Touch(context.Context, []session.Use) error { return t.err }

func TestUsesAreCountedWhenTheyAreWritten(t *testing.T) {
	m := NewMetrics(Build{})
	gone := errors.New("gone")
	if err := m.CountUses(touched{}).Touch(t.Context(), make([]session.Use, 3)); err != nil {
		t.Error(err)
	}
	if err := m.CountUses(touched{gone}).Touch(t.Context(), make([]session.Use, 5)); !errors.Is(err, gone) {
		t.Errorf("Touch = %v, want %v", err, gone)
	}
	wants(t, scrape(t, m), "introspectd_uses_flushed_total 3")
}
