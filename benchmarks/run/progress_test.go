package run

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressIsTheShareOfThePlanAndEndsInSight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out)
		p.begin(2, 10*time.Second)
		p.step("first", 4*time.Second)
		time.Sleep(8 * time.Second) // twice as long as planned
		if got := p.share(); got != 0.36 {
			t.Errorf("share = %v of a step that should be over, want nine tenths of its 0.4", got)
		}
		p.done(4 * time.Second)
		p.step("second", 6*time.Second)
		if got := p.left(); got != 12*time.Second {
			t.Errorf("%s left, want twice the 6 s planned, since all takes twice as long", got)
		}
		p.done(6 * time.Second)
		p.end()
		if got := p.share(); got != 1 {
			t.Errorf("share = %v when all is done", got)
		}
		if want := "  0%  first\n 40%  second\n100%  all done in 8s\n"; out.String() != want {
			t.Errorf("printed %q, want %q", out.String(), want)
		}
	})
}

func TestOnATerminalTheBarIsRedrawnAndWordsHaveLinesOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out)
		p.live = true
		p.begin(1, time.Second)
		p.step("a title that is far too long to be shown whole on a line of eighty characters", time.Second)
		time.Sleep(600 * time.Millisecond)
		p.say("a word")
		p.done(time.Second)
		p.end()
		for _, want := range []string{"\r\x1b[K[........................]   0%", "[############............]  50%", "…", "\r\x1b[Ka word\n"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is not in %q", want, out.String())
			}
		}
		if !strings.HasSuffix(out.String(), "\r\x1b[K100%  all done in 1s\n") {
			t.Errorf("the bar is left behind, or its end is not said: %q", out.String())
		}
	})
}

func TestARunThatWasCutShortIsNotAllDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out)
		p.begin(2, 10*time.Second)
		p.step("first", 4*time.Second)
		p.done(4 * time.Second)
		p.end()
		if want := "  0%  first\n"; out.String() != want {
			t.Errorf("printed %q, want %q", out.String(), want)
		}
	})
}
