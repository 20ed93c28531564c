package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func sample() *Report {
	none := 0.0
	return &Report{
		Format: Format, Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Seconds: 61.4, Commit: "0123456789ab+",
		Machine: Machine{
			Processor: "a processor", Processors: 2, Memory: "24684332 kB", System: "linux/amd64 6.1", Filesystem: "ext4",
			Go: "go1.26.0", Placement: "servers on processor 0, load on processor 1",
		},
		Settings: Settings{Rounds: 3, Window: 1.2, Connections: 32, Sessions: []int{10000, 100000}},
		Rows: []Row{
			{Key: "floor", Title: "floor", Beside: "floor", Connections: 32, Rounds: []Round{
				{Round: 1, Right: 60000, Seconds: 1.2, CPU: 20, PerSecond: 50000, P50: 600, P99: 1900},
				{Round: 2, Right: 30000, Seconds: 1.2, CPU: 40, PerSecond: 25000, P50: 1200, P99: 4000},
				{Round: 3, Right: 60000, Seconds: 1.2, CPU: 18, PerSecond: 52000, P50: 550, P99: 1800},
			}},
			{Key: "warm", Title: "introspection, remembered", Beside: "floor", Connections: 32, Rounds: []Round{
				{Round: 1, Right: 50000, Seconds: 1.2, CPU: 22, PerSecond: 45000, P50: 650, P99: 2000},
				{Round: 3, Right: 50000, Failed: 2, Seconds: 1.2, CPU: 21.6, PerSecond: 46000, P50: 640, P99: 2050, Failures: []string{"status 503, want 200"}},
			}},
			{Key: "junk", Title: "introspection of junk tokens", Beside: "floor", Connections: 32},
			{Key: "open-1", Title: "opening sessions", Connections: 1, Rounds: []Round{{Round: 1, Right: 900, Seconds: 1.2, PerSecond: 750, P50: 1250, P99: 3333.3, Lookups: &none}}},
		},
		Memory: []Memory{{Sessions: 100000, Heap: 512.3, RSS: 803.6, TotalRSS: 131234567, EmptyRSS: 50876543}},
		Aims: []Aim{
			{What: "remembered: CPU over the floor", Bound: 1.25, AtMost: true, Got: Spread{1.15, 1.1, 1.2, 2}},
			{What: "opening: rate of 64 callers over that of one", Bound: 5, Got: Spread{4.2, 3.9, 4.8, 3}},
		},
		Notes: []string{"introspection of junk tokens, round 1: no right answer"},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestTheReportReadsAsItShould(t *testing.T) {
	var md, text bytes.Buffer
	if err := sample().Markdown(&md); err != nil {
		t.Fatal(err)
	}
	if err := sample().Text(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", md.Bytes())
	golden(t, "report.txt", text.Bytes())
}

func TestTheReportOfAllModesReadsAsItShould(t *testing.T) {
	var md, text bytes.Buffer
	if err := compared().Markdown(&md); err != nil {
		t.Fatal(err)
	}
	if err := compared().Text(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "modes.md", md.Bytes())
	golden(t, "modes.txt", text.Bytes())
}
