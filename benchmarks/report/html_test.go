package report

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var keep = flag.String("keep", "", "folder to keep a report of the tests in, to be looked at")

func html(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.HTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestThePageNeedsNothingElse(t *testing.T) {
	if *keep != "" {
		_, err := compared().Write(*keep)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := compared().WriteCharts(filepath.Join(*keep, "charts")); err != nil {
			t.Fatal(err)
		}
	}
	page := strings.ReplaceAll(html(t, compared()), `xmlns="http://www.w3.org/2000/svg"`, "")
	for _, never := range []string{"http:", "https:", "//", "<script", "<link", "<img", "@import", "url(", "src=", "ZgotmplZ"} {
		if at := strings.Index(page, never); at >= 0 {
			t.Errorf("the page has %q: %q", never, page[at:min(at+80, len(page))])
		}
	}
}

func TestThePageAnswersFirst(t *testing.T) {
	page := html(t, compared())
	at := 0
	for _, next := range []string{
		"If a logout has to count at once, take jwt-lease", `<th scope="row">introspect-cached</th>`, "go run ./benchmarks -seed 42", "PostgreSQL: no server was named",
		"met by the median", `href="#s1"`, `<h2 id="s1">Steady calls</h2>`, "<b>Shows:</b> How long a caller", "<b>Does not show:</b> A network", `<h2 id="s4">Growth</h2>`, "Against the floor",
	} {
		found := strings.Index(page[at:], next)
		if found < 0 {
			t.Fatalf("the page lacks %q, or has it too early", next)
		}
		at += found
	}
	if charts, said := strings.Count(page, "<figure>"), strings.Count(page, "<b>Does not show:</b>"); charts != 6 || said != charts {
		t.Errorf("there are %d charts and %d sentences on what they do not show, want 6 of each", charts, said)
	}
}

func TestEveryIDOfThePageIsItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, found := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(html(t, compared()), -1) {
		if seen[found[1]] {
			t.Errorf("the id %q is there twice", found[1])
		}
		seen[found[1]] = true
	}
	if len(seen) < 2*2*6 {
		t.Errorf("there are %d ids, want at least two for each picture", len(seen))
	}
}

func TestHostileWordsStayWords(t *testing.T) {
	r := compared()
	r.Commit, r.Machine.Processor, r.Settings.Command = hostile, hostile, hostile
	r.Notes, r.NotMeasured = []string{hostile}, []string{hostile}
	r.Rows[0].Title, r.Aims[0].What = hostile, hostile
	for i := range r.Sections {
		s := &r.Sections[i]
		s.Title, s.Shows, s.ShowsNot, s.Notes = hostile, hostile, hostile, []string{hostile}
		s.Tables[0].Title, s.Tables[0].Columns[0].Title, s.Tables[0].Columns[0].Unit = hostile, hostile, hostile
		s.Tables[0].Lines[0].Title, s.Tables[0].Lines[0].Cells[0] = hostile, Cell{Text: hostile}
		for n := range s.Charts {
			c := &s.Charts[n]
			c.Key, c.Title, c.X.Title, c.Y.Unit, c.Series[0].Title, c.Series[0].Key = hostile, hostile, hostile, hostile, hostile, hostile
			c.Marks = append(c.Marks, Mark{1, hostile})
		}
	}
	if page := html(t, r); strings.Contains(page, "<script") || strings.Count(page, "</style>") != 1 {
		t.Error("the page has somebody else's markup")
	}
	var md, text bytes.Buffer
	if err := r.Markdown(&md); err != nil {
		t.Fatal(err)
	}
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(md.String(), "<script") {
		t.Error("the Markdown has somebody else's markup")
	}
	if strings.ContainsAny(text.String(), "\x00\x1b") {
		t.Error("the text steers the terminal")
	}
}

func TestEmptyPartsLeaveNoTrace(t *testing.T) {
	for name, r := range map[string]*Report{
		"nothing":      {},
		"bare section": {Sections: []Section{{Key: Steady, Title: "steady"}, {Key: Logout, Tables: []Table{{}}, Charts: []Chart{{}}}}},
		"short lines":  {Sections: []Section{{Key: "x", Tables: []Table{{Columns: make([]Column, 3), Lines: []Line{{Title: "a"}, {Cells: make([]Cell, 9)}}}}}}},
	} {
		page := html(t, r)
		var b bytes.Buffer
		if err := r.Markdown(&b); err != nil {
			t.Errorf("%s: Markdown = %v", name, err)
		}
		if err := r.Text(&b); err != nil {
			t.Errorf("%s: Text = %v", name, err)
		}
		for _, empty := range []string{"<ul></ul>", "<h2></h2>", "<h3></h3>", "Aims", "Not measured</h2>", "count at once"} {
			if strings.Contains(page, empty) {
				t.Errorf("%s: the page has %q", name, empty)
			}
		}
	}
}

// WCAG 2.2: 3 to 1 for what is drawn (1.4.11), 4.5 to 1 for text (1.4.3).
func TestColoursStandOutFromThePaper(t *testing.T) {
	light, dark, _ := strings.Cut(chartStyle, "@media")
	colour := func(css, class, property string) string {
		found := regexp.MustCompile(regexp.QuoteMeta(class) + ` \{[^}]*\b` + property + `: (#[0-9a-f]{6})`).FindStringSubmatch(css)
		if found == nil {
			t.Fatalf("%s has no %s", class, property)
		}
		return found[1]
	}
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		paper := colour(css, ".chart .paper", "fill")
		for class, least := range map[string]float64{".chart": 7, ".chart .muted": 4.5} {
			if got := contrast(colour(css, class, "color"), paper); got < least {
				t.Errorf("%s: %s has a contrast of %.1f, want %v", scheme, class, got, least)
			}
		}
		for i := range colours {
			if got := contrast(colour(css, fmt.Sprint(".chart .c", i), "color"), paper); got < 3 {
				t.Errorf("%s: colour %d has a contrast of %.1f, want 3", scheme, i, got)
			}
		}
	}
}

// contrast is the ratio of relative luminances, as WCAG defines it.
func contrast(a, b string) float64 {
	luminance := func(hex string) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			v := float64(n) / 255
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += weight * v
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
