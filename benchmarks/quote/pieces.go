package quote

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/introspectd/introspectd/benchmarks/report"
)

func run(r *report.Report) string {
	m := r.Machine
	command := r.Settings.Command
	if command == "" {
		command = "go run ./benchmarks"
	}
	return fmt.Sprintf("Measured on %s by `%s`: commit %s, %s, %d processors, %s of memory, %s, databases on %s, %s; %s; %d rounds. Figures are the median of the rounds [smallest..largest].",
		r.Started.UTC().Format("2006-01-02"), command, short(r.Commit), m.Processor, m.Processors, m.Memory, m.System, m.Filesystem, m.Go, m.Placement, r.Settings.Rounds)
}

func short(commit string) string { return commit[:min(12, len(commit))] }

func rows(r *report.Report, keys []string) (string, error) {
	t := grid{{"question", "callers", "CPU of the daemon, us", "times the floor", "a second", "p50, us", "p99, us"}}
	for _, key := range keys {
		row, ok := r.Row(key)
		if !ok {
			return "", fmt.Errorf("there is no row %q", key)
		}
		times := ""
		if beside, ok := r.Row(row.Beside); ok {
			if s, ok := report.Ratio(row, beside, report.CPU); ok {
				times = s.String()
			}
		}
		t = append(t, []string{
			row.Title, strconv.Itoa(row.Connections), row.Over(report.CPU).String(), times, row.Over(report.PerSecond).String(),
			row.Over(func(o report.Round) float64 { return o.P50 }).String(), row.Over(func(o report.Round) float64 { return o.P99 }).String(),
		})
	}
	return t.String(), nil
}

func aims(r *report.Report) string {
	t := grid{{"aim", "wanted", "got", "verdict"}}
	for _, a := range r.Aims {
		wanted := "at least "
		if a.AtMost {
			wanted = "at most "
		}
		t = append(t, []string{a.What, wanted + strconv.FormatFloat(a.Bound, 'g', -1, 64), a.Got.String(), a.Verdict()})
	}
	return t.String()
}

func table(r *report.Report, name string, columns []string) (string, error) {
	found, err := tableOf(r, name)
	if err != nil {
		return "", err
	}
	var at []int
	for i, c := range found.Columns {
		if len(columns) == 0 || slices.Contains(columns, c.Key) {
			at = append(at, i)
		}
	}
	if len(columns) > 0 && len(at) != len(columns) {
		return "", fmt.Errorf("not all of these columns are there")
	}
	head := []string{""}
	for _, i := range at {
		head = append(head, titled(found.Columns[i]))
	}
	t := grid{head}
	for _, l := range found.Lines {
		line := []string{l.Title}
		for _, i := range at {
			line = append(line, cell(l, i).String())
		}
		t = append(t, line)
	}
	return t.String(), nil
}

func titled(c report.Column) string {
	if c.Unit == "" {
		return c.Title
	}
	return c.Title + ", " + c.Unit
}

func cell(l report.Line, i int) report.Cell {
	if i < len(l.Cells) {
		return l.Cells[i]
	}
	return report.Cell{}
}

func tableOf(r *report.Report, name string) (report.Table, error) {
	section, key, _ := strings.Cut(name, "/")
	s, ok := r.Section(section)
	if !ok {
		return report.Table{}, fmt.Errorf("there is no section %q", section)
	}
	for _, t := range s.Tables {
		if t.Key == key {
			return t, nil
		}
	}
	return report.Table{}, fmt.Errorf("section %q has no table %q", section, key)
}

// chart is a picture that report.WriteCharts has written.
func chart(r *report.Report, name, folder string) (string, error) {
	section, key, _ := strings.Cut(name, "/")
	s, ok := r.Section(section)
	if !ok {
		return "", fmt.Errorf("there is no section %q", section)
	}
	for _, c := range s.Charts {
		if c.Key == key {
			shows, not := c.Shows, c.ShowsNot
			if shows == "" {
				shows, not = s.Shows, s.ShowsNot
			}
			return fmt.Sprintf("![%s](%s/%s-%s.svg)\n\n*It shows %s. It does not show %s.*", c.Title, folder, section, key, shows, not), nil
		}
	}
	return "", fmt.Errorf("section %q has no chart %q", section, key)
}

func figure(r *report.Report, name string) (string, error) {
	words := strings.Split(name, "/")
	if len(words) != 4 {
		return "", fmt.Errorf("a figure is section/table/line/column")
	}
	t, err := tableOf(r, words[0]+"/"+words[1])
	if err != nil {
		return "", err
	}
	for i, c := range t.Columns {
		for _, l := range t.Lines {
			if c.Key != words[3] || l.Key != words[2] {
				continue
			}
			found := cell(l, i)
			if found.Spread == nil {
				return "", fmt.Errorf("it was not measured")
			}
			return strings.TrimSpace(number(found.Spread.Median) + " " + c.Unit), nil
		}
	}
	return "", fmt.Errorf("there is no such line or column")
}

func ratio(r *report.Report, of, to string) (string, error) {
	a, okA := r.Row(of)
	b, okB := r.Row(to)
	if !okA || !okB {
		return "", fmt.Errorf("there are no such rows")
	}
	s, ok := report.Ratio(a, b, report.CPU)
	if !ok {
		return "", fmt.Errorf("they have no round in common")
	}
	return number(s.Median), nil
}

func rate(r *report.Report, key string) (string, error) {
	row, ok := r.Row(key)
	if !ok {
		return "", fmt.Errorf("there is no row %q", key)
	}
	return number(row.Over(report.PerSecond).Median), nil
}

// number is what String shows of a median.
func number(v float64) string {
	shown, _, _ := strings.Cut(report.SpreadOf([]float64{v}).String(), " ")
	return shown
}

// grid is a table in Markdown. Its first row is the heading.
type grid [][]string

func (g grid) String() string {
	var out strings.Builder
	for i, row := range g {
		out.WriteString("|")
		for _, c := range row {
			out.WriteString(" " + strings.ReplaceAll(c, "|", `\|`) + " |")
		}
		out.WriteString("\n")
		if i == 0 {
			out.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return out.String()
}
