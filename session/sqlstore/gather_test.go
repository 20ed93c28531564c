package sqlstore

import (
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
)

// TestALeaderLetsThoseInWhoWaitAtTheNetwork has callers behind sockets on one processor: all of them have asked before the leader looks
// around, but the runtime has read nothing yet.
func TestALeaderLetsThoseInWhoWaitAtTheNetwork(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	g, err := newGathering()
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	const callers = 20
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var come atomic.Int64
	come.Store(1) // the leader
	var clients []net.Conn
	ready := make(chan struct{})
	for range callers {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		clients = append(clients, c)
		s, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer s.Close()
			ready <- struct{}{}
			var b [1]byte
			if _, err := s.Read(b[:]); err == nil {
				come.Add(1)
			}
		}()
		<-ready
	}
	runtime.Gosched() // to where they read
	for _, c := range clients {
		if _, err := fmt.Fprint(c, "x"); err != nil {
			t.Fatal(err)
		}
	}
	g.gather(func() int { return int(come.Load()) }, 1000)
	if got := come.Load(); got < callers/2 { // a busy kernel may hand some over late
		t.Errorf("%d had come when the leader went, want %d", got, callers+1)
	}
}

func TestALeaderWaitsForNobodyWhenThereAreEnough(t *testing.T) {
	g, err := newGathering()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.close(); err != nil { // whoever looked around would not come back with more
		t.Fatal(err)
	}
	asked := 0
	g.gather(func() int { asked++; return asked }, 1)
	if asked != 1 {
		t.Errorf("looked %d times", asked)
	}
	g.gather(func() int { asked++; return asked }, 1000)
	if asked != 2 {
		t.Errorf("without a pipe: looked %d times, want once more", asked)
	}
}
