package revocation

import "time"

// HolderID names a holder's registration: random, and new whenever a process starts, so that a restarted node is not taken for the one
// whose subscribers may still believe (pitfall P17).
type HolderID string

// Acked is what the log knows of a registered holder. Both numbers belong to the log's present id: a renewal by a holder that follows another
// one, or that acknowledges more than there is, stores no acknowledgement.
type Acked struct {
	Holder HolderID
	Seq    Seq // it, and every subscriber of its own that may still believe, has applied the entries up to here
	Told   Seq // the head at its last renewal
}

// Settling waits until a taking-back is known to everybody who could still answer from memory. It is a plain state machine.
type Settling struct {
	Seq       Seq     // the entry
	Committed Instant // read after the commit returned, or later
	Wait      time.Duration
}

// Step looks at the registered holders, as they were read after the commit (pitfall P15). Settled reports that the taking-back may return:
// each holder has the entry, or a lease that lacks it has run out whatever the holder does. The silent are those that had not even renewed by
// then; they hold no lease any more, and their registration is to be removed, so that a dead node costs the wait once and not at every logout.
// Whoever removes it MUST look again, in the same statement, whether the holder has renewed since (Told >= Seq, or another log): with a
// renewal in between it holds a lease that the next taking-back has to wait for.
func (s Settling) Step(now Instant, holders []Acked) (settled bool, silent []HolderID) {
	missing := false
	for _, h := range holders {
		if h.Seq >= s.Seq {
			continue
		}
		missing = true
		if s.silent(h) {
			silent = append(silent, h.Holder)
		}
	}
	switch {
	case !missing:
		return true, nil
	case s.Rest(now) == 0:
		return true, silent
	default:
		return false, nil
	}
}

// Rest is for how much longer it can take at most.
func (s Settling) Rest(now Instant) time.Duration { return max(0, s.Wait-now.Sub(s.Committed)) }
