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

func checksPart(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var t ChecksTask
	if err := read(stdin, &t); err != nil {
		return err
	}
	checks, err := floor.Checks()
	if err != nil {
		return err
	}
	out := make([]Checked, len(checks))
	for range t.Rounds {
		for i, c := range checks {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			took, err := c.Time(t.Stretch)
			if err != nil {
				return err
			}
			out[i].Name, out[i].Rounds = c.Name, append(out[i].Rounds, took)
		}
	}
	return json.NewEncoder(stdout).Encode(out)
}
