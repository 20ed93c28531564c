package part

import (
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
}

// Checked is how long one check took, in each round.
type Checked struct {
	Name   string
	Rounds []time.Duration
}

// Verdict is the name of what is no floor but ours: what a guard does with a token that it has seen.
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
	v, err := newVerdicts(ctx, time.Now())
	if err != nil {
		return err
	}
	out := make([]Checked, len(checks)+1)
	for range t.Rounds {
		for i := range out {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			name, measure := Verdict, func() (time.Duration, error) { return v.again(ctx, t.Stretch) }
			if i < len(checks) {
				name, measure = checks[i].Name, func() (time.Duration, error) { return checks[i].Time(t.Stretch) }
			}
			took, err := measure()
			if err != nil {
				return err
			}
			out[i].Name, out[i].Rounds = name, append(out[i].Rounds, took)
		}
	}
	return json.NewEncoder(stdout).Encode(out)
}
