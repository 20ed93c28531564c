package main

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// cold asks about each token of a stock once. When all have been asked about, the daemon is started anew and remembers nothing.
type cold struct {
	*bench
	*stock
	server *server
	next   int // first token that the server has not been asked about
}

const (
	// reserved tokens at the front of a stock warm a fresh server up: its code and connections, not its memory of others.
	reserved = 500
	// batch bounds how many tokens are handed to the generator at once, some megabytes.
	batch = 100_000
	// sliver is too little to be worth a window: processor time is counted in hundredths of a second.
	sliver = 2000
)

func (b *bench) addCold(s *stock) {
	c := &cold{bench: b, stock: s}
	title := fmt.Sprintf("introspection, first time, %d sessions", len(s.tokens))
	b.add(row{coldKey(len(s.tokens)), title, floorKey, b.connections, c.measure})
}

func coldKey(sessions int) string { return fmt.Sprintf("cold-%d", sessions) }

// measure asks until the windows add up. A small stock needs several daemons for that.
func (c *cold) measure(ctx context.Context) (report.Round, error) {
	var windows []outcome
	for asked := time.Duration(0); asked < c.window*3/4; {
		if err := c.fresh(ctx); err != nil {
			return report.Round{}, err
		}
		o, err := c.ask(ctx, c.server, c.warm(), c.job(c.window-asked))
		if err != nil {
			return report.Round{}, err
		}
		c.next += o.Right + o.Failed
		asked += o.Wall
		windows = append(windows, o)
	}
	return roundOf(windows...)
}

func (c *cold) fresh(ctx context.Context) (err error) {
	if c.server != nil && len(c.tokens)-c.next >= sliver {
		return nil
	}
	if c.server != nil {
		if err := c.server.child.Stop(); err != nil {
			return fmt.Errorf("stop a daemon: %w", err)
		}
	}
	c.server, err = c.serve(ctx, c.database, len(c.tokens))
	c.next = reserved
	return err
}

func (c *cold) warm() *load.Job {
	w := introspection(c.api, active, c.tokens[:reserved])
	w.Connections, w.Window = c.connections, warmUp
	return &w
}

func (c *cold) job(window time.Duration) load.Job {
	j := introspection(c.api, active, c.tokens[c.next:min(len(c.tokens), c.next+batch)])
	j.Once, j.Connections, j.Window = true, c.connections, window
	return j
}
