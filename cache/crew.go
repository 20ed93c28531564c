package cache

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/introspectd/introspectd/session"
)

// crew is who look-ups are handed to. One who has done a look-up waits for the next: his stack has grown by then, and growing it costs a
// newcomer a fifth of the look-up.
type crew struct {
	serve func(call)
	calls chan call // nobody is in it: what is sent has been received
	most  int32     // who wait

	waiting atomic.Int32
	leave   chan struct{}
	working sync.WaitGroup
}

// call is a line that somebody has to serve.
type call struct {
	ctx    context.Context
	digest session.Digest
	line   *line
}

func newCrew(most int, serve func(call)) crew {
	return crew{serve: serve, calls: make(chan call), most: int32(most), leave: make(chan struct{})}
}

// take never waits.
func (c *crew) take(one call) {
	select {
	case c.calls <- one:
	default:
		c.working.Add(1)
		go c.work(one)
	}
}

func (c *crew) work(one call) {
	defer c.working.Done()
	for {
		c.serve(one)
		if c.waiting.Add(1) > c.most {
			c.waiting.Add(-1)
			return
		}
		select {
		case one = <-c.calls:
			c.waiting.Add(-1)
		case <-c.leave:
			return
		}
	}
}

// dismiss waits for all to end. Nothing is taken any more.
func (c *crew) dismiss() {
	close(c.leave)
	c.working.Wait()
}
