package part

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/introspectd/introspectd/benchmarks/floor"
)

// ChecksTask is for how long each check is repeated, and how often.
type ChecksTask struct {
	Stretch time.Duration
	Rounds  int
	Tokens  int // that the guard has seen; 0: a hundred thousand
}

// Checked is how long one check took, in each round.
type Checked struct {
	Name   string
	Rounds []time.Duration
}

// Verdict is the name of what is no floor but ours: what a guard does with a token that it has seen, one of a hundred thousand.
const Verdict = "verdict"

func checksPart(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var t ChecksTask
	if err := read(stdin, &t); err != nil {
		return err
	}
	checks, err := floor.Checks()
	if err != nil {
		return err
	}
	v, err := newVerdicts(ctx, cmp.Or(t.Tokens, verdictTokens), time.Now())
	if err != nil {
		return err
	}
	var out []Checked
	var times []func(stretch time.Duration) (time.Duration, error) // as out
	for _, c := range checks {
		out, times = append(out, Checked{Name: c.Name}), append(times, c.Time)
	}
	out, times = append(out, Checked{Name: Verdict}), append(times, func(stretch time.Duration) (time.Duration, error) { return v.again(ctx, stretch) })
	for range t.Rounds {
		for i, measure := range times {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			took, err := measure(t.Stretch)
			if err != nil {
				return err
			}
			out[i].Rounds = append(out[i].Rounds, took)
		}
	}
	return json.NewEncoder(stdout).Encode(out)
}
