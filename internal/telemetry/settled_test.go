package telemetry

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session/revocation"
)

func TestWhomATakingBackWaitedForIsCountedByKindAndNamedInTheLog(t *testing.T) {
	m := NewMetrics(Build{})
	var text strings.Builder
	log := slog.New(slog.NewJSONHandler(&text, nil))
	m.Settled(log, revocation.Settlement{Seq: 1, Took: 2 * time.Millisecond, Waited: map[string]time.Duration{revocation.ForLog: 2 * time.Millisecond}})
	if text.Len() > 0 {
		t.Errorf("a prompt one is in the log: %s", text.String())
	}
	m.Settled(log, revocation.Settlement{
		Seq: 2, Took: 2 * time.Second, Waited: map[string]time.Duration{revocation.ForNodes: 1500 * time.Millisecond, revocation.ForSubscribers: 500 * time.Millisecond},
		Holders: []revocation.HolderID{"0a1b"}, Clients: []string{"orders"}, Late: true,
	})
	for _, part := range []string{`"seq":2`, `"0a1b"`, `"orders"`, `"late":true`} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("the log does not say %s: %s", part, text.String())
		}
	}
	m.Slow(log, revocation.Slow{Subscriber: "s-1", Client: "billing"})
	if !strings.Contains(text.String(), "s-1") || !strings.Contains(text.String(), "billing") {
		t.Errorf("the log does not name the subscriber: %s", text.String())
	}
	all := scrape(t, m)
	wants(t, all,
		`introspectd_settle_duration_seconds_count 2`, `introspectd_settle_late_total 1`, `introspectd_slow_subscribers_total 1`,
		`introspectd_settle_wait_seconds_total{for="log"} 0.002`, `introspectd_settle_wait_seconds_total{for="node"} 1.5`, `introspectd_settle_wait_seconds_total{for="subscriber"} 0.5`,
	)
	if strings.Contains(all, "0a1b") || strings.Contains(all, "s-1") {
		t.Error("a party is named in the metrics, which would grow for ever")
	}
}
