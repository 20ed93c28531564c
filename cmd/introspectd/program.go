package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
)

// program is one run: its streams, and what the flags that every command has say.
type program struct {
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer

	file   string             // --config
	output string             // --output
	env    config.Environment // once the flags are parsed
	ran    string             // the command, for the hint under an error
}

// settings asks all sources.
func (p *program) settings(cmd *cobra.Command) (*config.Loaded, error) {
	return config.Load(config.Sources{File: p.file, Env: p.env, Flags: cmd.Flags()})
}

// say writes words for people.
func (p *program) say(format string, args ...any) { fmt.Fprintf(p.stderr, format+"\n", args...) }

// printJSON writes data, one object on one line.
func (p *program) printJSON(v any) error {
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// print writes data as the one who asked wants it: the rows, the first of which is the heading, or the object.
func (p *program) print(object any, rows [][]string) error {
	if p.output == "json" {
		return p.printJSON(object)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = visible(cell)
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t"))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// visible keeps a cell on its line and the terminal as it is.
func visible(cell string) string {
	if cell == "" {
		return "-"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return '\uFFFD'
		}
		return r
	}, cell)
}
