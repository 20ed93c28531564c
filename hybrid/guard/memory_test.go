package guard

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"sync"
	"testing"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// keeps puts a verdict about a text into a memory.
func keeps(m *memory, text, subject string, over session.Date) {
	m.keep(text, &verdict{print: m.print(text), answer: introspect.Answer{Active: true, Subject: subject}, over: over})
}

// subjectOf is whom the verdict about a text is of, "" when there is none.
func subjectOf(m *memory, text string) string {
	v, p := m.find(text)
	if p != m.print(text) {
		return "found with another print"
	}
	if v == nil {
		return ""
	}
	return v.answer.Subject
}

// signed is a text that ends as a token does, in what nobody can tell from random bytes. A memory finds its rows by them.
func signed(i int) string {
	signature := sha256.Sum256([]byte(strconv.Itoa(i)))
	return base64.RawURLEncoding.EncodeToString(signature[:])
}

func TestAHundredThousandFit(t *testing.T) {
	m := newMemory(standardCapacity)
	for i := range standardCapacity {
		keeps(m, signed(i), strconv.Itoa(i), 1)
	}
	lost := 0
	for i := range standardCapacity {
		switch who := subjectOf(m, signed(i)); who {
		case strconv.Itoa(i):
		case "":
			lost++
		default:
			t.Fatalf("%d finds %s", i, who)
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
			keeps(m, strconv.Itoa(i), "somebody", session.Date(i))
		}
		if len(m.table) != room {
			t.Errorf("capacity %d: the memory has grown", capacity)
		}
	}
}

func TestInAFullRowWhatEndsFirstMakesPlace(t *testing.T) {
	m := newMemory(8) // one row
	if m.rows != 1 {
		t.Fatalf("%d rows", m.rows)
	}
	for i := range places {
		keeps(m, strconv.Itoa(i), strconv.Itoa(i), session.Date(100-i))
	}
	keeps(m, "new", "new", 1000)
	for i := range places {
		if who := subjectOf(m, strconv.Itoa(i)); (who == "") != (i == places-1) {
			t.Errorf("%d: found %q", i, who)
		}
	}
	if who := subjectOf(m, "new"); who != "new" {
		t.Errorf("the new one: %q", who)
	}
}

func TestTheSameTextIsThereOnce(t *testing.T) {
	m := newMemory(8)
	keeps(m, "one", "first", 10)
	keeps(m, "two", "other", 10)
	m.forget("one") // leaves an empty place before the next
	keeps(m, "two", "other, later", 20)
	n := 0
	for i := range m.table {
		if m.table[i].held.Load() != nil {
			n++
		}
	}
	if who := subjectOf(m, "two"); n != 1 || who != "other, later" {
		t.Errorf("%d kept, found %q", n, who)
	}
}

// Whoever changes a token's claims leaves its signature as it was, and so its end.
func TestTheMarkIsAHintAndThePrintTheProof(t *testing.T) {
	m := newMemory(8)
	const end = ".the-same-signature"
	texts := map[string]string{"alice": "claims of alice" + end, "bob": "claims of bob" + end}
	_, one := m.row(texts["alice"])
	if _, other := m.row(texts["bob"]); one != other {
		t.Fatal("two texts with one end have two marks: nothing is tested here")
	}
	keeps(m, texts["alice"], "alice", 10)
	if who := subjectOf(m, texts["bob"]); who != "" {
		t.Errorf("another text with the same mark finds %s", who)
	}
	keeps(m, texts["bob"], "bob", 10)
	for want, text := range texts {
		if who := subjectOf(m, text); who != want {
			t.Errorf("%q finds %q", text, who)
		}
	}
	m.forget(texts["alice"])
	if subjectOf(m, texts["alice"]) != "" || subjectOf(m, texts["bob"]) == "" {
		t.Error("forget of one: not that one is gone")
	}
}

func TestTwoMemoriesMarkUnderSeedsOfTheirOwn(t *testing.T) {
	const text = "a text that is as long as a token's signature"
	_, one := newMemory(8).row(text)
	if _, other := newMemory(8).row(text); one == other {
		t.Errorf("both mark %x", one)
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
				switch who := subjectOf(m, text); {
				case who != "" && who != text:
					t.Errorf("%s finds %s", text, who)
				case who == "", i%7 == w:
					keeps(m, text, text, session.Date(i))
				case i%11 == w:
					m.forget(text)
				}
			}
		})
	}
	wg.Wait()
}

func TestPlacesAreFilledFromTheFront(t *testing.T) {
	m := newMemory(8)
	for i := range places {
		keeps(m, strconv.Itoa(i), "", 1000)
		if v := m.table[i].held.Load(); v == nil || v.print != m.print(strconv.Itoa(i)) {
			t.Errorf("the %dth is not in place %d", i, i)
		}
	}
}
