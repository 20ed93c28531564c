package httpapi

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
)

// lane is where those queue who want to take something back and have guessed too much: nobody is turned away for what others at his address
// did, and a flood of guesses keeps a few of the store's readers busy and no more.
type lane struct {
	inside  chan struct{}
	waiting chan struct{}
}

const (
	laneInside  = 4               // a few thousand look-ups a second, of which the store can do ten times as many
	laneWaiting = 1000            // at a few kilobytes each
	laneLasts   = 5 * time.Second // a holder who waits for longer has hung up
)

func newLane() lane { return lane{make(chan struct{}, laneInside), make(chan struct{}, laneWaiting)} }

// errBusy is no refusal: the outcome is open, and who tries again may be luckier.
var errBusy = fmt.Errorf("too many look-ups wait: %w", session.ErrUnavailable)

// pass waits for a place inside, and looks something up there.
func (l lane) pass(ctx context.Context, look func() error) error {
	select {
	case l.waiting <- struct{}{}:
	default:
		return errBusy
	}
	in := l.enter(ctx)
	<-l.waiting
	if !in {
		return errBusy
	}
	defer func() { <-l.inside }()
	return look()
}

func (l lane) enter(ctx context.Context) bool {
	late := time.NewTimer(laneLasts)
	defer late.Stop()
	select {
	case l.inside <- struct{}{}:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}
