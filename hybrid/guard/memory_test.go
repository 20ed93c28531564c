package guard

import (
	"encoding/binary"
	"strconv"
	"sync"
	"testing"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

func kept(p print, subject string, over session.Date) *verdict {
	return &verdict{print: p, answer: introspect.Answer{Active: true, Subject: subject}, over: over}
}

func TestAHundredThousandFit(t *testing.T) {
	m := newMemory(standardCapacity)
	for i := range standardCapacity {
		text := strconv.Itoa(i)
		m.keep(kept(m.print(text), text, 1))
	}
	lost := 0
	for i := range standardCapacity {
		v := m.find(m.print(strconv.Itoa(i)))
		switch {
		case v == nil:
			lost++
		case v.answer.Subject != strconv.Itoa(i):
			t.Fatalf("%d finds %s", i, v.answer.Subject)
		}
	}
	if lost > standardCapacity/1000 {
		t.Errorf("%d of %d are not remembered", lost, standardCapacity)
	}
}

func TestTheMemoryHasTheSizeThatItBeginsWith(t *testing.T) {
	for _, capacity := range []int{1, 7, 8, 9, 1000, 1024, 5000} {
		m := newMemory(capacity)
		room := len(m.table)
		if room < 2*capacity || room > max(4*capacity, 2*places) {
			t.Errorf("capacity %d: room for %d", capacity, room)
		}
		for i := range 3 * room {
			m.keep(kept(m.print(strconv.Itoa(i)), "", session.Date(i)))
		}
		if len(m.table) != room {
			t.Errorf("capacity %d: the memory has grown", capacity)
		}
	}
}

// printed is a print in one row, with a mark of choice and more behind it.
func printed(mark, more byte) (p print) {
	binary.LittleEndian.PutUint64(p[:8], 0)
	p[8], p[1], p[7] = mark, 0, more
	return p
}

func TestInAFullRowWhatEndsFirstMakesPlace(t *testing.T) {
	m := newMemory(8) // one row
	if m.rows != 1 {
		t.Fatalf("%d rows", m.rows)
	}
	for i := range places {
		m.keep(kept(printed(byte(2*i+1), 0), strconv.Itoa(i), session.Date(100-i)))
	}
	m.keep(kept(printed(101, 0), "new", 1000))
	for i := range places {
		if v := m.find(printed(byte(2*i+1), 0)); (v == nil) != (i == places-1) {
			t.Errorf("%d: found %v", i, v)
		}
	}
	if v := m.find(printed(101, 0)); v == nil || v.answer.Subject != "new" {
		t.Errorf("the new one: %v", v)
	}
}

func TestTheSameTextIsThereOnce(t *testing.T) {
	m := newMemory(8)
	m.keep(kept(printed(1, 0), "first", 10))
	m.keep(kept(printed(3, 0), "other", 10))
	m.forget(printed(1, 0)) // leaves an empty place before the next
	m.keep(kept(printed(3, 0), "other, later", 20))
	n := 0
	for i := range m.table {
		if m.table[i].held.Load() != nil {
			n++
		}
	}
	if v := m.find(printed(3, 0)); n != 1 || v.answer.Subject != "other, later" {
		t.Errorf("%d kept, found %v", n, v.answer.Subject)
	}
}

func TestTheMarkIsAHintAndThePrintTheProof(t *testing.T) {
	m := newMemory(8)
	m.keep(kept(printed(5, 1), "alice", 10))
	if v := m.find(printed(5, 2)); v != nil {
		t.Errorf("another print with the same mark finds %s", v.answer.Subject)
	}
	m.keep(kept(printed(5, 2), "bob", 10))
	for more, want := range map[byte]string{1: "alice", 2: "bob"} {
		if v := m.find(printed(5, more)); v == nil || v.answer.Subject != want {
			t.Errorf("print %d finds %v, want %s", more, v, want)
		}
	}
	m.forget(printed(5, 1))
	if m.find(printed(5, 1)) != nil || m.find(printed(5, 2)) == nil {
		t.Error("forget of one: not that one is gone")
	}
}

func TestPrintsAreOfTheWholeText(t *testing.T) {
	p := newPrinter()
	other := newPrinter()
	without := newPrinter()
	without.mac = nil
	for _, printer := range []printer{p, without} {
		seen := map[print]int{}
		long := make([]byte, 700)
		for i := range long {
			long[i] = 'a'
		}
		for n := range len(long) {
			seen[printer.print(string(long[:n]))]++
			long[n] = 'b'
			seen[printer.print(string(long))]++
			long[n] = 'a'
		}
		if len(seen) != 2*len(long) {
			t.Errorf("%d prints of %d texts", len(seen), 2*len(long))
		}
		first := printer.print("abc")
		if again := printer.print("abc"); first != again {
			t.Error("one text has two prints")
		}
	}
	if p.print("abc") == other.print("abc") {
		t.Error("two memories make the same print: they have no key of their own")
	}
}

func TestOneFindsWhileAnotherKeeps(t *testing.T) {
	m := newMemory(64)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 20_000 {
				text := strconv.Itoa(i % 200)
				p := m.print(text)
				switch v := m.find(p); {
				case v != nil && v.answer.Subject != text:
					t.Errorf("%s finds %s", text, v.answer.Subject)
				case v == nil, i%7 == w:
					m.keep(kept(p, text, session.Date(i)))
				case i%11 == w:
					m.forget(p)
				}
			}
		})
	}
	wg.Wait()
}

func TestPlacesAreFilledFromTheFront(t *testing.T) {
	m := newMemory(8)
	for i := range places {
		m.keep(kept(printed(byte(2*i+1), 0), "", 1000))
		if v := m.table[i].held.Load(); v == nil || v.print != printed(byte(2*i+1), 0) {
			t.Errorf("the %dth is not in place %d", i, i)
		}
	}
}
