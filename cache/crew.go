package cache

import (
	"sync"
	"sync/atomic"
)

// crew is who groups of look-ups are handed to. One who has done a look-up waits for the next: his stack has grown by then, and growing it
// costs a newcomer a fifth of the look-up.
type crew struct {
	serve  func(*group)
	groups chan *group // nobody is in it: what is sent has been received
	most   int32       // who wait

	waiting atomic.Int32
	leave   chan struct{}
	working sync.WaitGroup
}

func newCrew(most int, serve func(*group)) crew {
	return crew{serve: serve, groups: make(chan *group), most: int32(most), leave: make(chan struct{})}
}

// take never waits.
func (c *crew) take(g *group) {
	select {
	case c.groups <- g:
	default:
		c.working.Add(1)
		go c.work(g)
	}
}

func (c *crew) work(g *group) {
	defer c.working.Done()
	for {
		c.serve(g)
		if c.waiting.Add(1) > c.most {
			c.waiting.Add(-1)
			return
		}
		select {
		case g = <-c.groups:
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
