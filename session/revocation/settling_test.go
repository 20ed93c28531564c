package revocation

import (
	"slices"
	"testing"
	"time"
)

func TestATakingBackIsSettledWhenEverybodyHasItOrTheWaitIsOver(t *testing.T) {
	s := Settling{Seq: 5, Committed: Instant(time.Hour), Wait: 2 * time.Second}
	early, late := s.Committed.Add(2*time.Second-1), s.Committed.Add(2*time.Second)
	var (
		has     = Acked{Holder: "has it", Seq: 5, Told: 5}
		hasMore = Acked{Holder: "has more", Seq: 9, Told: 9}
		waits   = Acked{Holder: "waits for a subscriber", Seq: 4, Told: 7}
		dead    = Acked{Holder: "dead", Seq: 4, Told: 4}
		newborn = Acked{Holder: "newborn"}
	)
	for _, c := range []struct {
		name    string
		now     Instant
		holders []Acked
		settled bool
		silent  []HolderID
	}{
		{"nobody answers from memory", s.Committed, nil, true, nil},
		{"all have it", s.Committed, []Acked{has, hasMore}, true, nil},
		{"one has not", early, []Acked{has, dead}, false, nil},
		{"one waits for others", early, []Acked{waits}, false, nil},
		{"the wait is over: who never renewed is removed", late, []Acked{has, dead, newborn}, true, []HolderID{"dead", "newborn"}},
		{"the wait is over: who renewed holds a lease and stays", late, []Acked{waits, dead}, true, []HolderID{"dead"}},
		{"the wait is over, and nobody was silent", late, []Acked{has}, true, nil},
	} {
		settled, silent := s.Step(c.now, c.holders)
		if settled != c.settled || !slices.Equal(silent, c.silent) {
			t.Errorf("%s: Step = %v, %q; want %v, %q", c.name, settled, silent, c.settled, c.silent)
		}
	}
	if got := s.Rest(s.Committed.Add(time.Second)); got != time.Second {
		t.Errorf("Rest = %v, want 1s", got)
	}
	if got := s.Rest(late.Add(time.Hour)); got != 0 {
		t.Errorf("Rest long after = %v, want 0", got)
	}
}
