// Package report is what a run of the benchmarks saw, and how people and programs read it.
//
// Every figure is kept per round, with its histogram; tables show the median and the whole range, never a mean. Ratios are taken within a round, so
// that a machine that is slower for a while is slower for both sides. It computes and writes; it measures nothing.
package report

import (
	"time"
)

// Report is one run.
type Report struct {
	Format      int       `json:"format"`
	Started     time.Time `json:"started"`
	Seconds     float64   `json:"seconds"`
	Commit      string    `json:"commit"`
	Machine     Machine   `json:"machine"`
	Settings    Settings  `json:"settings"`
	Sections    []Section `json:"sections,omitempty"`
	Rows        []Row     `json:"rows"`
	Memory      []Memory  `json:"memory,omitempty"`
	Aims        []Aim     `json:"aims,omitempty"`
	NotMeasured []string  `json:"not_measured,omitempty"` // and why

	Disturbances []Disturbance `json:"disturbances,omitempty"` // none: not known
	Notes        []string      `json:"notes,omitempty"`        // what to know when reading
	Histograms   []Histogram   `json:"histograms,omitempty"`
}

// Format is the version of the JSON that this package writes. Version 1 had no sections.
const Format = 2

// Machine is where the run took place.
type Machine struct {
	Processor  string `json:"processor"`
	Processors int    `json:"processors"`
	Memory     string `json:"memory"`
	System     string `json:"system"`
	Filesystem string `json:"filesystem"` // that the databases were on
	Go         string `json:"go"`
	Placement  string `json:"placement"` // of servers and load
}

// Settings is what was asked for.
type Settings struct {
	Rounds      int     `json:"rounds"`
	Window      float64 `json:"window_seconds"`
	Connections int     `json:"connections"`
	Sessions    []int   `json:"sessions"`

	Command string    `json:"command,omitempty"` // as it was typed
	Full    bool      `json:"full,omitempty"`
	Seed    uint64    `json:"seed,omitempty"`
	Modes   []string  `json:"modes,omitempty"`
	Stores  []string  `json:"stores,omitempty"` // without credentials
	Others  []Setting `json:"others,omitempty"` // rates, durations, peers
}

// Setting is one that has no field of its own.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Row is one question, asked once in every round.
type Row struct {
	Key         string  `json:"key"`
	Title       string  `json:"title"`
	Beside      string  `json:"compared_with,omitempty"` // key of another row
	Connections int     `json:"connections"`
	Rounds      []Round `json:"rounds"`
}

// Round is one measured window. CPU is that of the server alone; 0 where the system does not tell.
type Round struct {
	Round      int      `json:"round"`
	Right      int      `json:"right"`
	Failed     int      `json:"failed"` // wrong answers, and requests without one
	Failures   []string `json:"failures,omitempty"`
	Seconds    float64  `json:"seconds"`
	CPU        float64  `json:"cpu_us_per_request"`
	PerSecond  float64  `json:"per_second"`
	P50        float64  `json:"p50_us"`
	P99        float64  `json:"p99_us"`
	Database   float64  `json:"database_cpu_us_per_request,omitempty"` // of a database server on the same machine, beside CPU
	ServerBusy float64  `json:"server_busy"`                           // share of one processor
	LoadBusy   float64  `json:"load_busy"`
	RSS        int64    `json:"server_rss_bytes"`
	Lookups    *float64 `json:"database_lookups,omitempty"` // nil: not counted
	Latency    string   `json:"latency_hdr"`                // HdrHistogram V2, compressed, base64, nanoseconds
}

// Memory is what remembering sessions takes.
type Memory struct {
	Sessions  int     `json:"sessions"`
	Heap      float64 `json:"live_heap_bytes_per_session"`
	RSS       float64 `json:"rss_bytes_per_session"`
	TotalRSS  int64   `json:"rss_bytes"`
	EmptyRSS  int64   `json:"rss_bytes_without_cache"`
	TotalHeap int64   `json:"live_heap_bytes"`
	EmptyHeap int64   `json:"live_heap_bytes_without_cache"`
}

// Aim is a bound that we hold ourselves to.
type Aim struct {
	What   string  `json:"what"`
	Bound  float64 `json:"bound"`
	AtMost bool    `json:"at_most"` // else at least
	Got    Spread  `json:"got"`

	Allowed *float64 `json:"allowed,omitempty"` // by the disk alone; less than the bound is out of reach
}

// Verdict says what became of it, and where a disk has a say, what that allows.
func (a Aim) Verdict() string {
	switch v := a.verdict(); {
	case a.Allowed == nil:
		return v
	case *a.Allowed < a.Bound && v != "met":
		return "out of reach: the disk alone allows " + figure(*a.Allowed)
	default:
		return v + "; the disk alone allows " + figure(*a.Allowed)
	}
}

// verdict says met or missed only when the whole range says so.
func (a Aim) verdict() string {
	meets := func(v float64) bool {
		if a.AtMost {
			return v <= a.Bound
		}
		return v >= a.Bound
	}
	switch low, high := meets(a.Got.Min), meets(a.Got.Max); {
	case low && high:
		return "met"
	case !low && !high:
		return "missed"
	case meets(a.Got.Median):
		return "met by the median, not in every round"
	default:
		return "missed by the median, not in every round"
	}
}

// Row finds a row that has at least one round.
func (r *Report) Row(key string) (Row, bool) {
	for _, row := range r.Rows {
		if row.Key == key && len(row.Rounds) > 0 {
			return row, true
		}
	}
	return Row{}, false
}

// Failed is how many answers of the whole run were wrong or missing.
func (r *Report) Failed() int {
	n := 0
	for _, row := range r.Rows {
		for _, round := range row.Rounds {
			n += round.Failed
		}
	}
	return n
}
