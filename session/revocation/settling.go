package revocation

import "time"

// HolderID names a holder's registration: random, and new whenever a process starts, so that a restarted node is not taken for the one
// whose subscribers may still believe (pitfall P17).
type HolderID string

// Acked is what the log knows of a registered holder: it, and every subscriber of its own that may still believe, has applied the
// entries up to Seq.
type Acked struct {
	Holder HolderID
	Seq    Seq
}

// Settling waits until a taking-back is known to everybody who could still answer from memory. It is a plain state machine.
type Settling struct {
	Seq       Seq     // the entry
	Committed Instant // read after the commit returned
	Wait      time.Duration
}

// Step looks at the registered holders, as they were read after the commit (pitfall P15). Settled reports that the taking-back may return:
// each holder has the entry, or its lease has run out whatever it does. The silent are those that had not acknowledged by then; they hold
// no lease any more, and their registration is to be removed, so that a dead node costs the wait once and not at every logout.
func (s Settling) Step(now Instant, holders []Acked) (settled bool, silent []HolderID) {
	for _, h := range holders {
		if h.Seq < s.Seq {
			silent = append(silent, h.Holder)
		}
	}
	switch {
	case len(silent) == 0:
		return true, nil
	case s.Rest(now) == 0:
		return true, silent
	default:
		return false, nil
	}
}

// Rest is for how much longer it can take at most.
func (s Settling) Rest(now Instant) time.Duration { return max(0, s.Wait-now.Sub(s.Committed)) }
