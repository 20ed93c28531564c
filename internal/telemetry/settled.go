package telemetry

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/introspectd/introspectd/session/revocation"
)

// settling is what is counted of takings-back that were waited for. Whom they waited for is a label by kind only; who it was is in the log.
type settling struct {
	took   prometheus.Histogram
	waited *prometheus.CounterVec
	late   prometheus.Counter
	slow   prometheus.Counter
}

func newSettling() settling {
	s := settling{
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "settle_duration_seconds", Help: "Time from the commit of a taking-back until it was settled.", Buckets: buckets,
		}),
		waited: counters("settle_wait_seconds_total", "Time that takings-back waited, by whom for: the log, another node, a subscriber of this one.", "for"),
		late:   counter("settle_late_total", "Takings-back that waited to the end, because somebody said nothing."),
		slow:   counter("slow_subscribers_total", "Times that a subscriber kept takings-back waiting and was given no lease for a while."),
	}
	for _, whom := range []string{revocation.ForLog, revocation.ForNodes, revocation.ForSubscribers} {
		s.waited.WithLabelValues(whom)
	}
	return s
}

// Settled counts a taking-back, and has the log name whom a slow one waited for.
func (m *Metrics) Settled(log *slog.Logger, s revocation.Settlement) {
	m.settling.took.Observe(s.Took.Seconds())
	for whom, d := range s.Waited {
		m.settling.waited.WithLabelValues(whom).Add(d.Seconds())
	}
	if s.Late {
		m.settling.late.Inc()
	}
	if s.Took < slowSettling {
		return
	}
	about := []any{"seq", uint64(s.Seq), "took", s.Took.Round(time.Millisecond), "late", s.Late}
	for _, whom := range []string{revocation.ForLog, revocation.ForNodes, revocation.ForSubscribers} {
		if d := s.Waited[whom]; d > 0 {
			about = append(about, "for_"+whom, d.Round(time.Millisecond))
		}
	}
	log.Warn("a taking-back waited for somebody", append(about, "holders", s.Holders, "clients", s.Clients)...)
}

// slowSettling is far more than a healthy installation takes, and less than what a dead party costs.
const slowSettling = 250 * time.Millisecond

// Slow counts a subscriber that kept others waiting, and names it in the log.
func (m *Metrics) Slow(log *slog.Logger, s revocation.Slow) {
	m.settling.slow.Inc()
	log.Warn("a subscriber kept takings-back waiting: it gets no lease for a while", "subscriber", string(s.Subscriber), "client", s.Client)
}
