package run

import (
	"flag"
	"fmt"
	"io"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// compare says what changed between two reports, with its noise.
func compare(p Program, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet(p.Name+" compare", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { _, _ = fmt.Fprintf(stderr, "Usage: %s compare OLD/report.json NEW/report.json\n", p.Name) }
	if err := f.Parse(args); err != nil {
		return usageOr(err)
	}
	if f.NArg() != 2 {
		f.Usage()
		return errUsage
	}
	older, err := report.Read(f.Arg(0))
	if err != nil {
		return err
	}
	newer, err := report.Read(f.Arg(1))
	if err != nil {
		return err
	}
	return report.Compare(older, newer).Text(stdout)
}

// usageOr leaves a cry for help what it is.
func usageOr(err error) error {
	if err == flag.ErrHelp {
		return err
	}
	return errUsage
}
