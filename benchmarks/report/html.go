package report

import (
	_ "embed" // the page and its style are part of the program
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"split": split}).Parse(pageText))

// HTML writes the report as one file that needs nothing else: no network, no script.
func (r *Report) HTML(w io.Writer) error {
	s, ok := r.summary()
	v := view{
		Style: template.CSS(pageStyle + chartStyle), Date: r.Started.UTC().Format(time.DateOnly), Commit: r.Commit,
		Summarised: ok, Summary: s, About: r.about(), NotMeasured: r.NotMeasured, Grids: r.grids(), Notes: r.Notes,
	}
	for _, a := range r.Aims {
		v.Aims = append(v.Aims, aimView{a.What, r.aimCells()[len(v.Aims)][1], a.Got.String(), a.Verdict()})
	}
	for i, section := range r.Sections {
		v.Sections = append(v.Sections, section.view(i))
	}
	return page.Execute(w, v)
}

// view is what the page's template sees.
type view struct {
	Style        template.CSS
	Date, Commit string
	Summarised   bool
	Summary      summary
	About        []Setting
	NotMeasured  []string
	Aims         []aimView
	Sections     []sectionView
	Grids        []grid
	Notes        []string
}

type aimView struct{ What, Wanted, Got, Verdict string }

// Class is met, missed, or neither.
func (a aimView) Class() string {
	switch v, _, _ := strings.Cut(a.Verdict, ";"); v {
	case "met", "missed":
		return v
	}
	return "partly"
}

type sectionView struct {
	ID, Title, Shows, ShowsNot string
	Charts                     []chartView
	Tables                     []tableView
	Notes                      []string
}

type chartView struct {
	Title, Shows, ShowsNot string
	Desk, Phone            template.HTML // both are in the page; one is seen
}

type tableView struct {
	Title   string
	Columns []columnView
	Lines   []lineView
}

type lineView struct {
	Title string
	Cells []string
}

type columnView struct {
	Title, Unit, Hint string
	Words             bool // no figures
}

func (s Section) view(i int) sectionView {
	id := "s" + strconv.Itoa(i+1)
	v := sectionView{ID: id, Title: s.Title, Notes: s.Notes}
	for n, c := range s.Charts {
		own := id + "c" + strconv.Itoa(n+1)
		v.Charts = append(v.Charts, chartView{
			Title: c.Title, Shows: either(c.Shows, s.Shows), ShowsNot: either(c.ShowsNot, s.ShowsNot),
			// All that comes from the data was escaped when it was drawn.
			Desk:  template.HTML(strings.TrimSpace(c.svg(own+"d", deskWidth, false))),
			Phone: template.HTML(strings.TrimSpace(c.svg(own+"p", phoneWidth, false))),
		})
	}
	if len(s.Charts) == 0 {
		v.Shows, v.ShowsNot = s.Shows, s.ShowsNot
	}
	for _, t := range s.Tables {
		v.Tables = append(v.Tables, t.view())
	}
	return v
}

func (t Table) view() tableView {
	v := tableView{Title: t.Title}
	for _, row := range t.rows() {
		v.Lines = append(v.Lines, lineView{row[0], row[1:]})
	}
	for i, c := range t.Columns {
		words := !slices.ContainsFunc(t.Lines, func(l Line) bool { return l.at(i).Spread != nil })
		hint := ""
		switch {
		case c.Better < 0:
			hint = "less is better"
		case c.Better > 0:
			hint = "more is better"
		}
		v.Columns = append(v.Columns, columnView{c.Title, unitName(c.Unit), hint, words})
	}
	return v
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}
