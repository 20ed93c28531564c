package quote_test

import (
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/quote"
	"github.com/introspectd/introspectd/benchmarks/report"
)

func measured() *report.Report {
	rounds := func(cpu ...float64) []report.Round {
		var out []report.Round
		for i, c := range cpu {
			out = append(out, report.Round{Round: i + 1, CPU: c, PerSecond: 1000, P50: 10, P99: 20})
		}
		return out
	}
	p99 := report.SpreadOf([]float64{40, 41, 45})
	return &report.Report{
		Started: time.Date(2026, time.May, 4, 3, 2, 1, 0, time.UTC), Commit: "0123456789abcdef", Settings: report.Settings{Rounds: 3},
		Rows: []report.Row{
			{Key: "floor", Title: "the floor", Connections: 32, Rounds: rounds(20, 20, 20)},
			{Key: "warm", Title: "remembered", Beside: "floor", Connections: 32, Rounds: rounds(22, 23, 24)},
		},
		Aims: []report.Aim{{What: "remembered over the floor", Bound: 1.25, AtMost: true, Got: report.SpreadOf([]float64{1.1, 1.15, 1.2})}},
		Sections: []report.Section{{
			Key: "steady", Title: "steady", Shows: "how long calls take", ShowsNot: "the network",
			Tables: []report.Table{{
				Key: "modes", Title: "modes", Columns: []report.Column{{Key: "p99", Title: "p99", Unit: "us"}, {Key: "asked", Title: "asked"}},
				Lines: []report.Line{{Key: "jwt", Title: "jwt | local", Cells: []report.Cell{{Spread: &p99}}}},
			}},
			Charts: []report.Chart{{Key: "latency", Title: "Latency"}},
		}},
	}
}

func TestWhatADocumentQuotesComesFromTheReport(t *testing.T) {
	for what, want := range map[string][]string{
		"run":                         {"2026-05-04", "0123456789ab,", "3 rounds"},
		"rows floor warm":             {"| remembered | 32 | 23.0 [22.0..24.0] | 1.15 [1.10..1.20] |"},
		"aims":                        {"| remembered over the floor | at most 1.25 | 1.15 [1.10..1.20] | met |"},
		"table steady/modes":          {"| p99, us | asked |", `| jwt \| local | 41.0 [40.0..45.0] | not measured |`},
		"table steady/modes p99":      {"|  | p99, us |\n"},
		"chart steady/latency charts": {"![Latency](charts/steady-latency.svg)", "*It shows how long calls take. It does not show the network.*"},
		"figure steady/modes/jwt/p99": {"-->41.0 us<!--"},
		"rate warm":                   {"-->1000<!--"},
		"ratio warm floor":            {"-->1.15<!--"},
	} {
		document := "before <!-- measured: " + what + " -->old\n<!-- end --> after"
		got, err := quote.Renew(document, measured())
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: got %q, want %q in it", what, got, w)
			}
		}
		if strings.Contains(got, "old") || !strings.HasPrefix(got, "before <!-- measured: "+what+" -->") || !strings.HasSuffix(got, "<!-- end --> after") {
			t.Errorf("%s: got %q", what, got)
		}
		if again, err := quote.Renew(got, measured()); again != got || err != nil {
			t.Errorf("%s: a second time: %q, %v", what, again, err)
		}
	}
}

func TestANameThatTheReportDoesNotHaveIsAnError(t *testing.T) {
	for _, what := range []string{
		"", "everything", "run now", "rows", "rows cold", "table", "table steady/sizes", "table lazy/modes", "table steady/modes p98",
		"chart steady/latency", "chart steady/other charts", "figure steady/modes/jwt", "figure steady/modes/jwt/p98", "figure steady/modes/jwt/asked",
		"ratio warm", "ratio warm cold", "rate", "rate cold",
	} {
		document := "<!-- measured: " + what + " -->old<!-- end -->"
		if got, err := quote.Renew(document, measured()); err == nil || got != document {
			t.Errorf("%q: got %q, %v", what, got, err)
		}
	}
	if _, err := quote.Renew("<!-- measured: run --> and no end", measured()); err == nil {
		t.Error("a quotation that does not end was taken")
	}
}

func TestADocumentWithoutQuotationsStaysAsItIs(t *testing.T) {
	document := "# Title\n<!-- end -->\n"
	if got, err := quote.Renew(document, measured()); got != document || err != nil || quote.Quotes(document) {
		t.Errorf("got %q, %v", got, err)
	}
}
