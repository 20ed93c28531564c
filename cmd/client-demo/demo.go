package main

import (
	"context"
	"fmt"
	"io"

	"github.com/introspectd/introspectd/internal/config"
)

// demo is one run through all modes. What it hands around it shows to nobody, but a test that looks for it in everything that is printed and
// written has to know it; that is what the functions are for, which do nothing otherwise.
type demo struct {
	dir    string // where the databases are
	stdout io.Writer

	settings func(*config.Settings) // of each daemon, before it starts
	secret   func(kind, text string)
	ended    func(*installation) // the story is told, and everything still runs
	stopped  func(*installation)
}

func newDemo(dir string, stdout io.Writer) *demo {
	return &demo{
		dir: dir, stdout: stdout,
		settings: func(*config.Settings) {}, secret: func(string, string) {}, ended: func(*installation) {}, stopped: func(*installation) {},
	}
}

func (d *demo) run(ctx context.Context) error {
	fmt.Fprintln(d.stdout, "alice logs in at shop. shop calls orders, orders calls billing; each checks the token it was handed.")
	var outcomes []outcome
	for _, m := range modes {
		fmt.Fprintf(d.stdout, "%s: %s ...\n", m.name, m.words)
		o, err := d.tell(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		outcomes = append(outcomes, o)
	}
	fmt.Fprintln(d.stdout)
	if err := printTable(d.stdout, outcomes); err != nil {
		return err
	}
	return verdict(d.stdout, outcomes)
}
