package report

import (
	"io"
	"strings"
)

// Markdown writes the report for reading and for keeping in a repository.
func (r *Report) Markdown(w io.Writer) error {
	d := &document{}
	d.heading("# What introspectd costs on this machine")
	if s, ok := r.summary(); ok {
		d.heading("## Which mode")
		d.paragraphs(s.Says)
		d.table(s.grid())
	}
	d.heading("## How it was measured")
	for _, a := range r.about() {
		d.item(a.Name + ": " + a.Value)
	}
	if len(r.Aims) > 0 {
		d.heading("## Aims")
		d.table(r.aims())
	}
	d.list("## Not measured", r.NotMeasured)
	for _, s := range r.Sections {
		d.section(s)
	}
	for _, g := range r.grids() {
		d.heading("## " + g.Title)
		d.table(g)
	}
	d.list("## Notes", r.Notes)
	_, err := io.WriteString(w, d.text())
	return err
}

// document is Markdown in the making. Its parts are separated by empty lines; what it is given is never markup.
type document struct{ strings.Builder }

var markdown = strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "&", "&amp;", "`", "\\`", "*", "\\*", "\n", " ", "\r", " ")

// text ends with one newline, and has no two empty lines together.
func (d *document) text() string {
	return strings.TrimSpace(strings.ReplaceAll(d.String(), "\n\n\n", "\n\n")) + "\n"
}

func (d *document) heading(text string) {
	d.WriteString("\n" + strings.TrimSpace(markdown.Replace(text)) + "\n\n")
}

func (d *document) item(text string) { d.WriteString("- " + markdown.Replace(text) + "\n") }

func (d *document) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	d.heading(heading)
	for _, line := range lines {
		d.item(line)
	}
}

func (d *document) paragraphs(lines []string) {
	d.WriteString(markdown.Replace(strings.Join(lines, " ")) + "\n\n")
}

func (d *document) table(g grid) {
	row := func(cells []string) {
		d.WriteString("|")
		for _, c := range cells {
			d.WriteString(" " + markdown.Replace(c) + " |")
		}
		d.WriteString("\n")
	}
	row(g.Header)
	d.WriteString("|" + strings.Repeat("---|", len(g.Header)) + "\n")
	for _, cells := range g.Rows {
		row(cells)
	}
}

func (d *document) section(s Section) {
	d.heading("## " + s.Title)
	if s.Shows != "" {
		d.WriteString("Shows: " + markdown.Replace(s.Shows) + "\n\n")
	}
	if s.ShowsNot != "" {
		d.WriteString("Does not show: " + markdown.Replace(s.ShowsNot) + "\n\n")
	}
	for _, t := range s.Tables {
		if t.Title != "" {
			d.heading("### " + t.Title)
		}
		d.table(t.grid())
		d.WriteString("\n")
	}
	for _, note := range s.Notes {
		d.item(note)
	}
}
