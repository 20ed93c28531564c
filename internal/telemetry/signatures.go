package telemetry

import "github.com/introspectd/introspectd/hybrid"

// signed names the kinds of what is signed, by their typ.
var signed = map[string]string{"at+jwt": "token", "token-introspection+jwt": "answer"}

// Signature counts a signature over something of a typ.
func (m *Metrics) Signature(typ string) {
	what, ok := signed[typ]
	if !ok {
		what = "other"
	}
	m.signatures.WithLabelValues(what).Inc()
}

// WatchExchanges reads the exchanger's own counts at each scrape. Call it once.
func (m *Metrics) WatchExchanges(stats func() hybrid.ExchangeStats) {
	m.counts("exchanges_minted_total", "Internal JWTs made of a token.", func() uint64 { return stats().Minted })
	m.counts("exchanges_remembered_total", "Exchanges answered with a JWT that was made before.", func() uint64 { return stats().Remembered })
	m.counts("exchanges_refused_total", "Exchanges that were refused.", func() uint64 { return stats().Refused })
	m.gauge("exchanges_kept", "Internal JWTs in memory.", func() float64 { return float64(stats().Kept) })
}
