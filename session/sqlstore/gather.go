package sqlstore

import (
	"fmt"
	"os"
	"syscall"
)

// gathering lets everybody who has something to write come in before a group departs. On one processor the runtime looks at the network
// only when no goroutine is left that could run, and a commit keeps the processor until it is noticed that it waits for the disk. A leader who
// just yielded would so be asked to go on before a single request was read, and commit for himself alone, again and again.
//
// A byte through a pipe comes in where requests do, so that who waits for it has the runtime look at the network; it costs some 3 us.
type gathering struct {
	in, out *os.File
	end     syscall.RawConn // out's
}

// maxGather bounds how often a leader looks again because more came in.
const maxGather = 16

func newGathering() (*gathering, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("a pipe: %w", err)
	}
	end, err := out.SyscallConn()
	return &gathering{in: in, out: out, end: end}, err
}

// gather returns when nobody has come in two looks, or when there are enough. Come is how many wait. Two, for the first may only have found
// requests that somebody has yet to read.
func (g *gathering) gather(come func() int, enough int) {
	before, quiet := come(), 0
	for range maxGather {
		if before >= enough || quiet == 2 || !g.behindTheOthers() {
			return
		}
		now := come()
		quiet++
		if now > before {
			quiet = 0
		}
		before = now
	}
}

// behindTheOthers waits until the runtime has looked at the network. False: it could not be done, and need not be.
func (g *gathering) behindTheOthers() bool {
	var one [1]byte
	sent := false
	var err error
	gone := g.end.Read(func(uintptr) bool {
		if sent {
			return true
		}
		sent = true
		_, err = g.in.Write(one[:])
		return err != nil // false: wait, although it is there already
	})
	if err == nil && gone == nil {
		_, err = g.out.Read(one[:])
	}
	return err == nil && gone == nil
}

func (g *gathering) close() error {
	err := g.in.Close()
	if other := g.out.Close(); err == nil {
		err = other
	}
	return err
}
