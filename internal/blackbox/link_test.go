package blackbox

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// echoing is a link to somebody who repeats each line.
func echoing(t *testing.T) *Link {
	t.Helper()
	far, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := far.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	link, err := NewLink(far.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- link.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		far.Close()
	})
	return link
}

func through(t *testing.T, l *Link) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", l.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, bufio.NewReader(c)
}

// heard says a line and reports what comes back: the line, "silence" or "closed". Silence is listened to for a while, and anything else waited for as long
// as a busy machine may take.
func heard(t *testing.T, c net.Conn, r *bufio.Reader, line, want string) string {
	t.Helper()
	patience := time.Minute
	if want == "silence" {
		patience = 150 * time.Millisecond
	}
	if line != "" {
		if _, err := io.WriteString(c, line+"\n"); err != nil {
			return "closed"
		}
	}
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	said, err := r.ReadString('\n')
	switch {
	case err == nil:
		return said[:len(said)-1]
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "silence"
	default:
		return "closed"
	}
}

func TestALinkDoesAsItIsTold(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) })
	for name, c := range map[string]struct {
		way        Direction
		p          Passage
		want, then string // while it is so, and after it passes again
	}{
		"pass":                   {Up, Passage{}, "one", "two"},
		"hold up":                {Up, Passage{Hold: true}, "silence", "one"},
		"hold down":              {Down, Passage{Hold: true}, "silence", "one"},
		"lose up":                {Up, Passage{Lose: true}, "silence", "two"},
		"lose down":              {Down, Passage{Lose: true}, "silence", "two"},
		"cut the question":       {Up, Passage{Cut: 2}, "closed", "closed"},
		"cut the answer":         {Down, Passage{Cut: 3}, "closed", "closed"},
		"cut after more than is": {Up, Passage{Cut: 20}, "one", "two"},
	} {
		t.Run(name, func(t *testing.T) {
			l := echoing(t)
			conn, r := through(t, l)
			if got := heard(t, conn, r, "zero", "zero"); got != "zero" {
				t.Fatalf("heard %q before anything", got)
			}
			l.Set(c.way, c.p)
			if got := heard(t, conn, r, "one", c.want); got != c.want {
				t.Errorf("heard %q, want %q", got, c.want)
			}
			l.Both(Passage{})
			if got := heard(t, conn, r, "two", c.then); got != c.then {
				t.Errorf("afterwards heard %q, want %q", got, c.then)
			}
		})
	}
}

func TestALinkDelaysEachPiece(t *testing.T) {
	l := echoing(t)
	l.Set(Down, Passage{Delay: 60 * time.Millisecond})
	c, r := through(t, l)
	begun := time.Now()
	if got := heard(t, c, r, "one", "one"); got != "one" || time.Since(begun) < 60*time.Millisecond {
		t.Errorf("heard %q after %v", got, time.Since(begun))
	}
}

func TestALinkIsCut(t *testing.T) {
	l := echoing(t)
	c, r := through(t, l)
	heard(t, c, r, "one", "one")
	l.Cut()
	if got := heard(t, c, r, "two", "closed"); got != "closed" {
		t.Errorf("heard %q on a connection that was cut", got)
	}
	c, r = through(t, l)
	if got := heard(t, c, r, "three", "three"); got != "three" {
		t.Errorf("heard %q on a new connection", got)
	}
}

func TestAHeldLinkEnds(t *testing.T) {
	l := echoing(t)
	l.Both(Passage{Hold: true})
	c, r := through(t, l)
	if got := heard(t, c, r, "one", "silence"); got != "silence" {
		t.Errorf("heard %q", got)
	}
} // the cleanup waits for Run
