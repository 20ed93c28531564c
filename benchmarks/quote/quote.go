// Package quote keeps the figures in documents in step with the report that they come from.
//
// A document names what it quotes in a comment, and what stands between that and the next "<!-- end -->" is made from the report:
//
//	<!-- measured: run -->                                   when, where and with what it was measured
//	<!-- measured: rows floor warm -->                       a table of questions asked of the daemon
//	<!-- measured: aims -->                                  the bounds that we hold ourselves to
//	<!-- measured: table steady/modes cpu p99 -->            a table of a scenario, with these columns, or all
//	<!-- measured: chart logout/accepted ../charts -->       a chart, as a picture in that folder
//	<!-- measured: figure steady/modes/jwt/p99 -->           one median, with its unit, within a line
//	<!-- measured: ratio warm floor -->                      CPU of one row over that of another, within a line
//	<!-- measured: rate warm -->                             answers a second of a row, within a line
//
// A name that the report does not have is an error: nothing is left as it was by mistake.
package quote

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// The end is looked for first in the same line, for figures.
var quoted = regexp.MustCompile(`(?s)(<!-- measured: ([^>]*?) -->)(.*?)(<!-- end -->)`)

// Renew makes all that a document quotes from a report anew.
func Renew(document string, r *report.Report) (string, error) {
	var first error
	out := quoted.ReplaceAllStringFunc(document, func(all string) string {
		m := quoted.FindStringSubmatch(all)
		text, err := piece(r, strings.Fields(m[2]))
		if err != nil {
			if first == nil {
				first = fmt.Errorf("measured: %s: %w", m[2], err)
			}
			return all
		}
		return m[1] + text + m[4]
	})
	if n := strings.Count(document, "<!-- measured:"); first == nil && n != len(quoted.FindAllString(document, -1)) {
		first = fmt.Errorf("%d comments begin a quotation, and not all of them end", n)
	}
	return out, first
}

// Quotes reports whether a document quotes anything.
func Quotes(document string) bool { return strings.Contains(document, "<!-- measured:") }

func piece(r *report.Report, words []string) (string, error) {
	if len(words) == 0 {
		return "", fmt.Errorf("it does not say what")
	}
	what, names := words[0], words[1:]
	switch {
	case what == "run" && len(names) == 0:
		return block(run(r)), nil
	case what == "rows" && len(names) > 0:
		return blockOf(rows(r, names))
	case what == "aims" && len(names) == 0:
		return block(aims(r)), nil
	case what == "table" && len(names) > 0:
		return blockOf(table(r, names[0], names[1:]))
	case what == "chart" && len(names) == 2:
		return blockOf(chart(r, names[0], names[1]))
	case what == "figure" && len(names) == 1:
		return figure(r, names[0])
	case what == "rate" && len(names) == 1:
		return rate(r, names[0])
	case what == "ratio" && len(names) == 2:
		return ratio(r, names[0], names[1])
	}
	return "", fmt.Errorf("not understood")
}

func blockOf(text string, err error) (string, error) { return block(text), err }

func block(text string) string { return "\n" + strings.TrimRight(text, "\n") + "\n" }
