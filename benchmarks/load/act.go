package load

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// act does what is to be done on the side, each act on a connection of its own, and returns when all is done.
func act(ctx context.Context, j *Job, start time.Time) []Acted {
	out := make([]Acted, len(j.Acts))
	var wg sync.WaitGroup
	for i, a := range j.Acts {
		if a.Address == "" {
			a.Address = j.Address
		}
		wg.Go(func() { out[i] = a.do(ctx, start, start.Add(j.Window+patience)) })
	}
	wg.Wait()
	return out
}

func (a *Act) do(ctx context.Context, start, deadline time.Time) (did Acted) {
	defer func() {
		if did.Returned == 0 {
			did.Returned = time.Since(start)
		}
	}()
	select {
	case <-ctx.Done():
		return Acted{Failure: "interrupted"}
	case <-time.After(time.Until(start.Add(a.At - ahead))):
	}
	c, err := dial(ctx, a.Address)
	if err != nil {
		return Acted{Failure: reason(err)}
	}
	defer func() { _ = c.net.Close() }()
	_ = c.net.SetDeadline(deadline)
	defer context.AfterFunc(ctx, func() { _ = c.net.SetDeadline(time.Unix(1, 0)) })()
	text := newScript(a.Request, a.Address)
	out := text.write(nil, "")
	time.Sleep(time.Until(start.Add(a.At)))
	did.Begun = time.Since(start)
	got, err := c.ask(out)
	did.Returned, did.Status = time.Since(start), got.status
	switch {
	case err != nil:
		did.Failure = reason(err)
	case got.status != a.Status:
		did.Failure = fmt.Sprintf("status %d, want %d", got.status, a.Status)
	}
	return did
}

// ahead is when an act's connection is made before its time, so that making it does not delay the act.
const ahead = 20 * time.Millisecond
