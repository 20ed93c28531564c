package introspecttest

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/introspect"
)

//go:embed testdata/*.txt
var testdata embed.FS

// Run holds what mk makes against the truth table as it stands. Mk is called once for each client that asks in a case.
func Run(t *testing.T, mk func(*testing.T, Fixture) introspect.Introspector) {
	t.Helper()
	RunFrom(t, Distance{Ask: mk})
}

// RunFrom holds a distance against the truth table, as far as it goes for it.
func RunFrom(t *testing.T, d Distance) {
	t.Helper()
	if d.Name != "" && !slices.Contains(distances, d.Name) {
		t.Fatalf("the table knows no distance %q", d.Name)
	}
	setUp := read(t, "testdata/setup.txt")
	if len(setUp) != 1 {
		t.Fatalf("setup.txt has %d cases, want 1", len(setUp))
	}
	files, err := testdata.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() == "setup.txt" {
			continue
		}
		for _, c := range read(t, "testdata/"+f.Name()) {
			for variant, warm := range map[string]bool{"fresh": false, "remembered": true} {
				t.Run(strings.TrimSuffix(f.Name(), ".txt")+"/"+c.name+"/"+variant, func(t *testing.T) {
					w := newWorld(t, d, warm)
					w.perform(setUp[0])
					w.perform(c)
				})
			}
		}
	}
}

// story is a case: sentences to be performed in order.
type story struct {
	name  string
	lines []line
}

type line struct {
	at   string // file:number
	text string
}

// read takes a file apart: cases begin with "case NAME", empty lines and what follows a # at the beginning of a line are for the reader.
func read(tb testing.TB, name string) []story {
	tb.Helper()
	data, err := testdata.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	var stories []story
	n := 0
	for text := range strings.Lines(string(data)) {
		n++
		text = strings.TrimSpace(text)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		at := fmt.Sprintf("%s:%d", path.Base(name), n)
		if title, ok := strings.CutPrefix(text, "case "); ok {
			stories = append(stories, story{name: title})
			continue
		}
		if len(stories) == 0 {
			tb.Fatalf("%s: a sentence before the first case", at)
		}
		last := &stories[len(stories)-1]
		last.lines = append(last.lines, line{at, text})
	}
	return stories
}

func (w *world) perform(s story) {
	w.t.Helper()
	for at := 0; at < len(s.lines); {
		from := at
		for at++; at < len(s.lines) && isWant(s.lines[at].text); at++ {
		}
		for _, l := range w.promised(s.lines[from:at]) {
			words, err := split(l.text)
			if err == nil {
				err = w.do(words)
			}
			if err != nil {
				w.t.Fatalf("%s: %s: %v", l.at, l.text, err)
			}
		}
	}
	if w.last.asked {
		w.t.Fatalf("case %q asks and wants nothing", s.name)
	}
}

// split cuts a sentence at spaces outside of double quotes, which it drops.
func split(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quote is not closed")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
