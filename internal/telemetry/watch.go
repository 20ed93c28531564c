package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/session/revocation"
)

// WatchCache reads the cache's own counts at each scrape. Call it once.
func (m *Metrics) WatchCache(stats func() cache.Stats) {
	for _, c := range []struct {
		name, help string
		read       func(cache.Stats) uint64
	}{
		{"cache_hits_total", "Questions answered from memory.", func(s cache.Stats) uint64 { return s.Hits }},
		{"cache_misses_total", "Questions that needed the store.", func(s cache.Stats) uint64 { return s.Misses }},
		{"cache_refused_total", "Answers that the revocation set turned into a no.", func(s cache.Stats) uint64 { return s.Refused }},
		{"cache_loads_total", "Look-ups in the store.", func(s cache.Stats) uint64 { return s.Loads }},
		{"cache_joined_total", "Questions that shared a look-up another had asked for.", func(s cache.Stats) uint64 { return s.Joined }},
		{"cache_unknown_total", "Questions about tokens that the store does not know.", func(s cache.Stats) uint64 { return s.Unknown }},
		{"cache_load_failures_total", "Look-ups that failed.", func(s cache.Stats) uint64 { return s.Failures }},
	} {
		m.counts(c.name, c.help, func() uint64 { return c.read(stats()) })
	}
	m.gauge("cache_entries", "Tokens in memory.", func() float64 { return float64(stats().Remembered) })
	m.gauge("cache_capacity", "Tokens that memory has room for.", func() float64 { return float64(stats().Capacity) })
}

// WatchNode reads at each scrape what the node knows of the log. Call it once.
func (m *Metrics) WatchNode(n *revocation.Node) {
	m.gauge("revocation_set_entries", "Takings-back that can still matter.", func() float64 { return float64(n.Set().Len()) })
	m.gauge("revocation_applied_seq", "The newest taking-back that this node knows.", func() float64 { return float64(n.Set().Applied()) })
	m.gauge("lease_remaining_seconds", "For how long this node may still answer from memory.", func() float64 { return n.Rest().Seconds() })
	m.gauge("renewals_failing_seconds", "For how long this node has not been able to read the revocation log; 0 while it can.", func() float64 {
		lasts, _ := n.Trouble()
		return lasts.Seconds()
	})
	m.gauge("subscribers", "Guards that follow the feed through this node and may believe.", func() float64 { return float64(n.Figures().Subscribers) })
	m.gauge("subscribers_behind_entries", "Entries that the slowest of them lacks.", func() float64 { return float64(n.Figures().Behind) })
	for outcome, read := range map[string]func(revocation.Figures) uint64{
		"renewed": func(f revocation.Figures) uint64 { return f.Renewed },
		"refused": func(f revocation.Figures) uint64 { return f.Refused },
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "stale_questions_total", Help: "Questions that found the lease over, by what became of them: a renewal came in time, or 503.",
			ConstLabels: prometheus.Labels{"outcome": outcome},
		}, func() float64 { return float64(read(n.Figures())) }))
	}
}

func (m *Metrics) gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read))
}

func (m *Metrics) counts(name, help string, read func() uint64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(
		prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, func() float64 { return float64(read()) },
	))
}
