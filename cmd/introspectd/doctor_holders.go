package main

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session/revocation"
)

// holderFindings names who is slow. A holder acknowledges within moments, so who lacks an entry is given as long as a logout would wait for him.
func (d *desk) holderFindings(ctx context.Context, holders []revocation.Acked, head revocation.Seq, lease time.Duration) []finding {
	begun := time.Now()
	for behind(holders, head) && time.Since(begun) < revocation.Wait(lease) && ctx.Err() == nil {
		time.Sleep(doctorLooks)
		again, _, err := d.store.Holders(ctx)
		if err != nil {
			return []finding{result("holders", err, "")}
		}
		holders = again
	}
	var found []finding
	for _, h := range holders {
		found = append(found, holderFinding(h, head, time.Since(begun)))
	}
	return found
}

const doctorLooks = 50 * time.Millisecond

func behind(holders []revocation.Acked, head revocation.Seq) bool {
	for _, h := range holders {
		if h.Seq < head {
			return true
		}
	}
	return false
}

// holderFinding judges one as of the head that there was when the doctor came.
func holderFinding(h revocation.Acked, head revocation.Seq, waited time.Duration) finding {
	name := "holder " + string(h.Holder)[:min(8, len(h.Holder))]
	after := waited.Round(10 * time.Millisecond)
	switch {
	case h.Seq >= head:
		return finding{name, true, fmt.Sprintf("acknowledged %d of %d, told %d", h.Seq, head, h.Told)}
	case h.Told < head:
		return finding{name, false, fmt.Sprintf("slow: told %d of %d, acknowledged %d after %v: that daemon is dead, stopped or cut off from the database; the next logout waits for it once, and takes it off the list", h.Told, head, h.Seq, after)}
	default:
		return finding{name, false, fmt.Sprintf("slow: knows %d of %d, acknowledged %d after %v: it waits for a subscriber of its own, whom its log and introspectd_subscribers_behind_entries name", h.Told, head, h.Seq, after)}
	}
}
