package telemetry

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/introspectd/introspectd/session"
)

// Metrics counts what the daemon does, in a registry of its own.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	store      *prometheus.HistogramVec
	failures   *prometheus.CounterVec
	swept      prometheus.Counter
	sweeps     *prometheus.CounterVec
	uses       prometheus.Counter
	sessions   prometheus.Gauge
	renewals   *prometheus.CounterVec
	signatures *prometheus.CounterVec
	settling   settling
	endpoints  *labels
	outcomes   *labels
	ops        *labels
}

// Build says which program this is.
type Build struct{ Version, Revision, GoVersion string }

const namespace = "introspectd"

// From a remembered answer to a database that takes its time.
var buckets = []float64{25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5}

// NewMetrics makes them all, so that each is there from the first scrape.
func NewMetrics(b Build) *Metrics {
	m := &Metrics{
		registry:   prometheus.NewRegistry(),
		requests:   counters("http_requests_total", "Requests by endpoint and outcome.", "endpoint", "outcome"),
		latency:    histograms("http_request_duration_seconds", "Time to answer a request, by endpoint.", "endpoint"),
		store:      histograms("store_duration_seconds", "Time of a store operation.", "op"),
		failures:   counters("store_errors_total", "Store operations that could not find out or may not have happened.", "op"),
		swept:      counter("swept_rows_total", "Expired rows removed."),
		sweeps:     counters("sweeps_total", "Rounds of removing expired rows, by how they ended.", "outcome"),
		uses:       counter("uses_flushed_total", "Last uses of sessions written down."),
		sessions:   prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "sessions", Help: "Sessions kept, counted at the last sweep; ended ones that are not swept yet included."}),
		renewals:   counters("renewal_changes_total", "Times that following the log began to fail, or worked again.", "to"),
		signatures: counters("signatures_total", "Signatures made, by what was signed.", "what"),
		settling:   newSettling(),
		endpoints:  &labels{}, outcomes: &labels{}, ops: &labels{},
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Which program this is; always 1.",
		ConstLabels: prometheus.Labels{"version": b.Version, "revision": b.Revision, "goversion": b.GoVersion},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.latency, m.store, m.failures, m.swept, m.sweeps, m.uses, m.sessions, m.renewals, m.signatures, build,
		m.settling.took, m.settling.waited, m.settling.late, m.settling.slow,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, outcome := range []string{"done", "failed"} {
		m.sweeps.WithLabelValues(outcome)
	}
	for _, what := range []string{"token", "answer"} {
		m.signatures.WithLabelValues(what)
	}
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histograms(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
}

// Handler serves them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 5 * time.Second})
}

// Request counts an answered request.
func (m *Metrics) Request(endpoint, outcome string, took time.Duration) {
	endpoint = m.endpoints.bound(endpoint)
	m.requests.WithLabelValues(endpoint, m.outcomes.bound(outcome)).Inc()
	m.latency.WithLabelValues(endpoint).Observe(took.Seconds())
}

// StoreCall counts a store operation. A refusal is an answer, not a failure, and so is a caller who went away.
func (m *Metrics) StoreCall(op string, took time.Duration, err error) {
	op = m.ops.bound(op)
	m.store.WithLabelValues(op).Observe(took.Seconds())
	if errors.Is(err, session.ErrUnavailable) && !errors.Is(err, context.Canceled) {
		m.failures.WithLabelValues(op).Inc()
	}
}

// Swept counts one round of removing expired rows.
func (m *Metrics) Swept(rows int, err error) {
	m.swept.Add(float64(rows))
	if err != nil {
		m.sweeps.WithLabelValues("failed").Inc()
		return
	}
	m.sweeps.WithLabelValues("done").Inc()
}

// Sessions sets how many there are.
func (m *Metrics) Sessions(n int) { m.sessions.Set(float64(n)) }

// Following counts that the log was lost, or heard of again.
func (m *Metrics) Following(err error) {
	to := "following"
	if err != nil {
		to = "failing"
	}
	m.renewals.WithLabelValues(to).Inc()
}

// Toucher is what writes last uses down.
type Toucher interface {
	Touch(context.Context, []session.Use) error
}

// CountUses is a Toucher that counts what the other wrote.
func (m *Metrics) CountUses(t Toucher) Toucher { return countedUses{t, m} }

type countedUses struct {
	Toucher
	m *Metrics
}

func (c countedUses) Touch(ctx context.Context, uses []session.Use) error {
	err := c.Toucher.Touch(ctx, uses)
	if err == nil {
		c.m.uses.Add(float64(len(uses)))
	}
	return err
}
