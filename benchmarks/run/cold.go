package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
	"github.com/introspectd/introspectd/benchmarks/part"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// cold asks about each token of a stock once. When all have been asked about, the daemon is started anew and remembers nothing.
type cold struct {
	*questions
	at     int // of the stocks
	server *server
	next   int // first token that the server has not been asked about
}

const (
	// reserved tokens at the front of a stock warm a fresh server up: its code and connections, not its memory of others.
	reserved = 400
	// batch bounds how many tokens are handed to the generator at once, some megabytes.
	batch = 100_000
	// sliver is too little to be worth a window.
	sliver = 500
	// starts is how many daemons one round may take: a small stock is asked about in a moment.
	starts = 3
)

func (q *questions) addCold(at, sessions int) {
	c := &cold{questions: q, at: at}
	title := fmt.Sprintf("introspection, first time, %d sessions", sessions)
	q.add(row{coldKey(sessions), title, floorKey, q.connections, c.measure})
}

func coldKey(sessions int) string { return fmt.Sprintf("cold-%d", sessions) }

func (c *cold) tokens() []string { return c.stocks[c.at].tokens }

// measure asks until the windows add up.
func (c *cold) measure(ctx context.Context) (report.Round, error) {
	var windows []part.Outcome
	for asked, n := time.Duration(0), 0; asked < c.window*3/4 && n < starts; n++ {
		if err := c.fresh(ctx); err != nil {
			return report.Round{}, err
		}
		if err := c.resident(); err != nil {
			return report.Round{}, err
		}
		o, err := c.ask(ctx, c.server, c.warmJob(), c.job(c.window-asked))
		if err != nil {
			return report.Round{}, err
		}
		c.next += o.Windows[0].Right + o.Windows[0].Failed
		asked += o.Windows[0].Wall
		windows = append(windows, o)
	}
	return roundOf(windows...)
}

func (c *cold) fresh(ctx context.Context) (err error) {
	if c.server != nil && len(c.tokens())-c.next >= sliver {
		return nil
	}
	if c.server != nil {
		if err := c.server.child.Stop(); err != nil {
			return fmt.Errorf("stop a daemon: %w", err)
		}
	}
	c.server, err = c.serve(ctx, c.stocks[c.at], len(c.tokens()))
	c.next = reserved
	return err
}

// resident reads the database's file through, so that the system has it in memory, as it has where there is room for it. A system may take back what
// nobody has read for a while, and some do so with memory to spare; to read it from the disk again is another question than this one.
func (c *cold) resident() error {
	if c.store.Reveal() != sqlite {
		return nil
	}
	f, err := os.Open(c.stocks[c.at].dsn)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, f)
	return errors.Join(err, f.Close())
}

func (c *cold) warmJob() *load.Job {
	w := introspection(c.stocks[c.at].authorization(api(audience)), active, c.tokens()[:reserved])
	w.Connections, w.Window = c.connections, warmUp
	return &w
}

func (c *cold) job(window time.Duration) load.Job {
	j := introspection(c.stocks[c.at].authorization(api(audience)), active, c.tokens()[c.next:min(len(c.tokens()), c.next+batch)])
	j.Once, j.Connections, j.Window = true, c.connections, window
	return j
}
