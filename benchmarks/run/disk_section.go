package run

import (
	"fmt"

	"github.com/introspectd/introspectd/benchmarks/report"
)

const diskSection = "disk"

// finishDisks sets what the daemon reaches beside what the disk would allow. Nobody chooses a mode by it, so it comes last.
func (q *questions) finishDisks() {
	t := report.Table{Key: "commits", Title: fmt.Sprintf("With %d callers", manyCallers), Columns: []report.Column{
		{Key: "sessions", Title: "sessions in a commit"},
		{Key: "bytes", Title: "a commit", Unit: "bytes"},
		{Key: "alone", Title: "commits, the disk alone", Unit: "1/s"},
		{Key: "allowed", Title: "sessions that it allows", Unit: "1/s"},
		{Key: "daemon", Title: "sessions, the daemon", Unit: "1/s", Better: 1},
		{Key: "part", Title: "of what is allowed", Unit: "%", Better: 1},
	}}
	var said notes
	for _, d := range q.disks {
		if len(d.alone) == 0 {
			continue
		}
		allowed, part := make([]float64, len(d.alone)), make([]float64, len(d.alone))
		for i, commits := range d.alone {
			allowed[i] = commits * d.sessions[i]
			part[i] = 100 * d.daemon[i] / allowed[i]
		}
		t.Lines = append(t.Lines, report.Line{Key: d.what, Title: d.title, Cells: []report.Cell{
			cell(d.sessions), cell(d.bytes), cell(d.alone), cell(allowed), cell(d.daemon), cell(part),
		}})
		said.add("%s", q.verdict(d, report.SpreadOf(part).Median))
	}
	if len(t.Lines) == 0 {
		return
	}
	q.last = append(q.last, report.Section{
		Key: diskSection + q.suffix, Title: "What the disk allows" + q.title,
		Shows: fmt.Sprintf("how many commits the disk under the databases makes durable in a second when it does nothing else: as many bytes as the daemon has just written for one commit of %d callers, again and again, each confirmed before the next; and how many sessions a second that would be with as many in a commit. What the daemon does not reach of it is its own work, and the copying of its log into the database",
			manyCallers),
		ShowsNot: "larger commits: more callers would share one, and a disk takes longer for a confirmation than for its bytes",
		Notes:    said, Tables: []report.Table{t},
	})
}

// Parts of what the disk allows, in percent: below the one it is not what bounds the daemon, above the other nothing else is.
const (
	diskIdle = 50
	diskFull = 80
)

// verdict says what it is that bounds.
func (q *questions) verdict(d *disk, part float64) string {
	busy := ""
	if r, ok := q.report.Row(writeKey(d.what, manyCallers) + q.suffix); ok {
		if s := r.Over(func(r report.Round) float64 { return r.ServerBusy }); s.Max > 0 {
			busy = fmt.Sprintf("; the daemon worked on a processor for %.0f%% of the time", 100*s.Median)
		}
	}
	switch {
	case part < diskIdle:
		return fmt.Sprintf("%s: it is not the disk that bounds it%s", d.title, busy)
	case part < diskFull:
		return fmt.Sprintf("%s: the disk has its part in what bounds it%s", d.title, busy)
	}
	return fmt.Sprintf("%s: it is the disk that bounds it%s", d.title, busy)
}
