package process

import (
	"testing"
	"time"
)

func TestTheMachinesWorkIsAllButIdleness(t *testing.T) {
	got, err := parseMachine("cpu  100 20 30 999 888 4 5 6 7 8\ncpu0 1 2 3\n")
	if want := (Work{Busy: 1590 * time.Millisecond, Stolen: 60 * time.Millisecond}); err != nil || got != want {
		t.Errorf("work = %+v, %v, want %+v", got, err, want)
	}
	for _, text := range []string{"", "cpu 1 2 3\n", "cpu0 1 2 3 4 5 6 7 8\n", "cpu 1 2 3 x 5 6 7 8 9\n"} {
		if got, err := parseMachine(text); err == nil {
			t.Errorf("work of %q = %+v, want an error", text, got)
		}
	}
}

func TestOursIsPartOfTheMachines(t *testing.T) {
	machine, err := Machine()
	if err != nil {
		t.Fatal(err)
	}
	ours, err := Ours()
	if err != nil || ours <= 0 || ours > machine.Busy+time.Second {
		t.Errorf("ours = %s, %v, of the machine's %s", ours, err, machine.Busy)
	}
}
