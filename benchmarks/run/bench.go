package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// bench is one run. Its methods are called by one goroutine.
type bench struct {
	options
	out    io.Writer // words
	bar    *progress
	self   []string // this program, and its words before a part's
	work   string   // temporary folder, removed at the end
	place  process.Placement
	up     servers
	made   databases
	houses map[bool]*house  // by whether the daemon remembers
	calm   float64          // calls a second of the open loop
	last   []report.Section // that come after all others

	postmasters map[string]int // by URL; 0: not known
	guests      map[int]bool   // processes that are ours while we run; nil: not looked for yet

	errs   []error
	report report.Report
}

// run is the whole. What was measured is written even when it ends early.
func (b *bench) run(ctx context.Context, stdout io.Writer) (err error) {
	started := time.Now()
	b.bar = newProgress(b.out)
	b.houses = map[bool]*house{}
	if b.work, err = b.folder(); err != nil {
		return err
	}
	b.describe(ctx, started)
	b.limits()
	from := b.observe(ctx)
	b.follow(ctx, b.plan())
	if ctx.Err() != nil {
		b.fail(errors.New("interrupted: the report holds what was complete"))
	}
	b.up.stop() // before their folder goes
	b.made.drop(b)
	b.noise(from, b.observe(ctx))
	if err := os.RemoveAll(b.work); err != nil {
		b.fail(err)
	}
	b.finish(started)
	if failed := b.report.Failed(); failed > 0 {
		b.fail(fmt.Errorf("%d answers were wrong or missing", failed))
	}
	if err := b.write(stdout); err != nil {
		b.fail(err)
	}
	if len(b.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%d of what was to be measured went wrong, as said above", len(b.errs))
}

// folder makes one for databases and logs. Its path is absolute, since parts run in it.
func (b *bench) folder() (string, error) {
	made, err := os.MkdirTemp(b.dir, "introspectd-benchmarks-")
	if err != nil {
		return "", err
	}
	return filepath.Abs(made)
}

// finish draws the conclusions.
func (b *bench) finish(started time.Time) {
	b.report.Seconds = time.Since(started).Seconds()
	b.report.Aims = b.aims()
	for _, r := range b.report.Rows {
		b.doubt(r)
	}
}

func (b *bench) write(stdout io.Writer) error {
	textErr := b.report.Text(stdout)
	paths, err := b.report.Write(b.options.report)
	if err == nil {
		for _, path := range paths {
			b.bar.say("wrote %s", path)
		}
	}
	return errors.Join(textErr, err)
}

// fail keeps an error as one line: for the report, for those who watch, and for the exit code.
func (b *bench) fail(err error) {
	line := strings.Join(strings.Fields(err.Error()), " ")
	b.errs = append(b.errs, err)
	b.report.NotMeasured = append(b.report.NotMeasured, line)
	b.bar.say("%s", line)
}

// note puts a sentence into the report.
func (b *bench) note(format string, args ...any) {
	b.report.Notes = append(b.report.Notes, fmt.Sprintf(format, args...))
}
