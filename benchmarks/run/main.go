// Package run is the whole comparison: what each mode costs, how quick it is, what a logout leaves open, and what happens while the daemon is away,
// beside the least that a server of its kind could cost, in one run that alternates between them.
//
// It starts the daemon, services and the floor as processes of their own on one processor and asks them from another. It measures on
// loopback, with databases that it throws away; ends what it started; and writes what it saw to a report: also when it is interrupted or a
// part of it fails, which it says. It touches no running daemon.
package run

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/introspectd/introspectd/benchmarks/part"
)

// The exit codes are those of introspectd.
const (
	exitDone  = 0
	exitError = 1
	exitUsage = 2
)

// Program is how this is called. Parts that are processes of their own are the same program again, with Args before the part's word.
type Program struct {
	Name string
	Args []string
}

// partWord comes before the name of a part. It is no word for people.
const partWord = "part"

// Main is the program. It returns the exit code when all it started has ended.
func Main(ctx context.Context, p Program, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := dispatch(ctx, p, args, stdin, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage // it has been said why
	case len(args) > 0 && args[0] == partWord: // whoever has started it says who it was
		_, _ = fmt.Fprintln(stderr, err)
		return exitError
	}
	_, _ = fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	return exitError
}

func dispatch(ctx context.Context, p Program, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case partWord:
			if len(args) == 2 {
				return part.Run(ctx, args[1], stdin, stdout, stderr)
			}
		case "compare":
			return compare(p, args[1:], stdout, stderr)
		}
	}
	o, err := parseOptions(p, args, stderr)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	b := &bench{options: o, out: stderr, self: append([]string{self}, p.Args...)}
	return b.run(ctx, stdout)
}
