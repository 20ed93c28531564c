package revocation

import "time"

// Whom a taking-back can wait for.
const (
	ForLog         = "log"        // the database, which says who has to know
	ForNodes       = "node"       // other processes that are on the roll
	ForSubscribers = "subscriber" // those who follow the log through this node
)

// Settlement is how a taking-back became settled, for people and metrics.
type Settlement struct {
	Seq    Seq
	Took   time.Duration
	Waited map[string]time.Duration // by whom it was waited for; each moment counts once
	// Holders and Clients are those that were seen to lack the entry: other nodes by their registration, subscribers of this node by their client. At most
	// a few of each are named.
	Holders []HolderID
	Clients []string
	Late    bool // not all had acknowledged: W has passed
}

// named bounds how many are named in a [Settlement].
const named = 5

// waiting keeps the account of one settlement.
type waiting struct {
	s     Settlement
	since Instant
	whom  string // until the next look
}

func newWaiting(seq Seq, now Instant) *waiting {
	return &waiting{Settlement{Seq: seq, Waited: map[string]time.Duration{}}, now, ForLog}
}

// spent adds what has passed to the account of whom it was waited for.
func (w *waiting) spent(now Instant) {
	w.s.Waited[w.whom] += now.Sub(w.since)
	w.s.Took += now.Sub(w.since)
	w.since = now
}

// look notes who lacks the entry: the node itself for its subscribers, who come last.
func (w *waiting) look(holders []Acked, self HolderID, known bool, clients []string) {
	w.whom = ForLog
	if !known {
		return
	}
	for _, h := range holders {
		switch {
		case h.Seq >= w.s.Seq:
		case h.Holder != self:
			w.whom = ForNodes
			w.s.Holders = addNamed(w.s.Holders, h.Holder)
		case w.whom == ForLog && len(clients) > 0:
			w.whom = ForSubscribers
		}
	}
	for _, c := range clients {
		w.s.Clients = addNamed(w.s.Clients, c)
	}
}

func addNamed[T comparable](list []T, one T) []T {
	for _, known := range list {
		if known == one {
			return list
		}
	}
	if len(list) == named {
		return list
	}
	return append(list, one)
}

// settled is the account when the wait is over.
func (w *waiting) settled(holders []Acked) Settlement {
	for _, h := range holders {
		w.s.Late = w.s.Late || h.Seq < w.s.Seq
	}
	return w.s
}
