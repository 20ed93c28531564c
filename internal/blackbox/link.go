package blackbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Link is a TCP proxy of our own on the way to one party. Whatever it does, it sends no reset to either end unless it is told to cut.
type Link struct {
	listener net.Listener

	mu     sync.Mutex // guards what follows
	target []string   // in turn
	way    [2]Passage
	change chan struct{} // closed, and another put in its place, when a passage changes
	open   map[*crossing]bool
	ended  bool
	pumps  sync.WaitGroup
}

// Direction is one of the two ways through a link.
type Direction int

// Towards the party, and back from it.
const (
	Up Direction = iota
	Down
)

// Passage is what happens to bytes on one way.
type Passage struct {
	Hold  bool          // they wait until the passage is changed, as when packets are lost and sent again
	Lose  bool          // they are swallowed, and the connection is of no use any more
	Delay time.Duration // each piece waits for so long
	Cut   int           // after so many more bytes of a connection, both ends are closed; 0: never
}

func (p Passage) String() string {
	switch {
	case p.Hold:
		return "hold"
	case p.Lose:
		return "lose"
	case p.Cut > 0:
		return fmt.Sprintf("cut after %d bytes", p.Cut)
	case p.Delay > 0:
		return fmt.Sprintf("delay %v", p.Delay)
	default:
		return "pass"
	}
}

// crossing is one connection.
type crossing struct {
	near, far net.Conn
	sent      [2]int
}

func (c *crossing) close() {
	_ = c.near.Close()
	_ = c.far.Close()
}

// NewLink listens on a free port of this machine. Nobody is let through before [Link.Run].
func NewLink(target string) (*Link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &Link{listener: listener, target: []string{target}, change: make(chan struct{}), open: map[*crossing]bool{}}, nil
}

// Address is where the party is reached through the link.
func (l *Link) Address() string { return l.listener.Addr().String() }

// Lead has new connections go to another address: a party that was started again has another port. To several they go in turn, as behind a
// balancer that does not look at who is there.
func (l *Link) Lead(target string, others ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target = append([]string{target}, others...)
}

// Set changes one way, for connections that are open too. What was held goes on.
func (l *Link) Set(d Direction, p Passage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.way[d] = p
	for c := range l.open {
		c.sent[d] = 0
	}
	close(l.change)
	l.change = make(chan struct{})
}

// Both changes both ways.
func (l *Link) Both(p Passage) {
	l.Set(Up, p)
	l.Set(Down, p)
}

// Cut closes every connection that is open.
func (l *Link) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.close()
	}
}

// Run lets connections through until ctx ends, and waits for all that it started.
func (l *Link) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = l.listener.Close() })
	defer stop()
	for {
		near, err := l.listener.Accept()
		if err != nil {
			l.end()
			l.pumps.Wait()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		l.pumps.Go(func() { l.cross(near) })
	}
}

func (l *Link) end() {
	l.mu.Lock()
	l.ended = true
	for c := range l.open {
		c.close()
	}
	close(l.change)
	l.change = make(chan struct{})
	l.mu.Unlock()
}

func (l *Link) cross(near net.Conn) {
	l.mu.Lock()
	target := l.target[0]
	l.target = append(l.target[1:], target)
	l.mu.Unlock()
	far, err := net.DialTimeout("tcp", target, 5*time.Second)
	if err != nil {
		_ = near.Close() // refused there, closed here
		return
	}
	c := &crossing{near: near, far: far}
	l.mu.Lock()
	l.open[c] = true
	ended := l.ended
	l.mu.Unlock()
	if ended {
		c.close()
	}
	var both sync.WaitGroup
	both.Go(func() { l.pump(c, Up, near, far) })
	both.Go(func() { l.pump(c, Down, far, near) })
	both.Wait()
	c.close()
	l.mu.Lock()
	delete(l.open, c)
	l.mu.Unlock()
}

// pump moves bytes one way, and passes on that a side has nothing more to say.
func (l *Link) pump(c *crossing, d Direction, from, to net.Conn) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !l.pass(c, d, buffer[:n], to) {
			c.close()
			return
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			c.close()
			return
		}
		if !l.pass(c, d, nil, to) {
			c.close()
			return
		}
		if half, ok := to.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
		return
	}
}

// pass sends one piece on, once the passage allows it.
func (l *Link) pass(c *crossing, d Direction, piece []byte, to net.Conn) bool {
	for {
		l.mu.Lock()
		p, change, ended := l.way[d], l.change, l.ended
		room := p.Cut - c.sent[d]
		if !p.Hold {
			c.sent[d] += len(piece)
		}
		l.mu.Unlock()
		switch {
		case ended:
			return false
		case p.Hold:
			<-change
			continue
		case p.Lose:
			return true
		case p.Cut > 0 && len(piece) >= room:
			_, _ = to.Write(piece[:max(0, room)])
			return false
		case p.Delay > 0:
			time.Sleep(p.Delay)
		}
		if len(piece) == 0 {
			return true
		}
		_, err := to.Write(piece)
		return err == nil
	}
}
