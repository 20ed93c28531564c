package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

var header = []string{"what", "callers", "server CPU us/request", "times the floor", "requests/s", "p50 us", "p99 us", "wrong"}

// cells is the main table, without its header.
func (r *Report) cells() [][]string {
	var out [][]string
	for _, row := range r.Rows {
		if len(row.Rounds) == 0 {
			out = append(out, []string{row.Title, fmt.Sprint(row.Connections), "not measured", "", "", "", "", ""})
			continue
		}
		ratio, cpu := "", "unknown"
		if beside, ok := r.Row(row.Beside); ok {
			if s, ok := Ratio(row, beside, CPU); ok {
				ratio = s.String()
			}
		}
		if s := row.Over(CPU); s.Max > 0 {
			cpu = s.String()
		}
		failed := 0
		for _, round := range row.Rounds {
			failed += round.Failed
		}
		out = append(out, []string{
			row.Title, fmt.Sprint(row.Connections), cpu, ratio, row.Over(PerSecond).String(),
			row.Over(func(r Round) float64 { return r.P50 }).String(), row.Over(func(r Round) float64 { return r.P99 }).String(), fmt.Sprint(failed),
		})
	}
	return out
}

func (r *Report) memoryCells() [][]string {
	var out [][]string
	for _, m := range r.Memory {
		out = append(out, []string{
			fmt.Sprint(m.Sessions), figure(m.Heap), figure(m.RSS), megabytes(m.TotalRSS), megabytes(m.EmptyRSS),
		})
	}
	return out
}

var memoryHeader = []string{"sessions remembered", "live heap, bytes each", "resident, bytes each", "resident, all", "resident, nothing remembered"}

func (r *Report) aimCells() [][]string {
	var out [][]string
	for _, a := range r.Aims {
		sign := "at least "
		if a.AtMost {
			sign = "at most "
		}
		out = append(out, []string{a.What, sign + figure(a.Bound), a.Got.String(), a.Verdict()})
	}
	return out
}

var aimHeader = []string{"aim", "wanted", "got", "verdict"}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// about is where, when and how.
func (r *Report) about() []string {
	m, s := r.Machine, r.Settings
	return []string{
		fmt.Sprintf("%s, commit %s, took %s", r.Started.UTC().Format(time.RFC3339), r.Commit, time.Duration(r.Seconds*float64(time.Second)).Round(time.Second)),
		fmt.Sprintf("%s, %d processors, %s of memory, %s, databases on %s, %s", m.Processor, m.Processors, m.Memory, m.System, m.Filesystem, m.Go),
		m.Placement,
		fmt.Sprintf("%d rounds that alternate over the rows, windows of %gs, closed loop over keep-alive connections on loopback, every answer checked", s.Rounds, s.Window),
		"figures are the median of the rounds [smallest..largest]; ratios are taken within a round",
	}
}

// Markdown writes the report for reading and for keeping in a repository.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# introspectd against the floor\n\n")
	list(&b, r.about())
	table(&b, header, r.cells())
	if len(r.Memory) > 0 {
		b.WriteString("\n## Memory\n\n")
		table(&b, memoryHeader, r.memoryCells())
	}
	if len(r.Aims) > 0 {
		b.WriteString("\n## Aims\n\n")
		table(&b, aimHeader, r.aimCells())
	}
	if len(r.Notes) > 0 {
		b.WriteString("\n## Notes\n\n")
		list(&b, r.Notes)
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

func list(b *strings.Builder, lines []string) {
	for _, line := range lines {
		b.WriteString("- " + line + "\n")
	}
	b.WriteString("\n")
}

func table(b *strings.Builder, header []string, rows [][]string) {
	b.WriteString("| " + strings.Join(header, " | ") + " |\n|" + strings.Repeat("---|", len(header)) + "\n")
	for _, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
}

// Text writes the tables for a terminal.
func (r *Report) Text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, part := range []struct {
		header []string
		rows   [][]string
	}{{header, r.cells()}, {memoryHeader, r.memoryCells()}, {aimHeader, r.aimCells()}} {
		if len(part.rows) == 0 {
			continue
		}
		for _, row := range append([][]string{part.header}, part.rows...) {
			if _, err := fmt.Fprintln(t, strings.Join(row, "\t")); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(t); err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, note := range r.Notes {
		if _, err := fmt.Fprintln(w, "note: "+note); err != nil {
			return err
		}
	}
	return nil
}
