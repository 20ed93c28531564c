package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func FuzzTextInJSONAndLogs(f *testing.F) {
	for _, seed := range []string{"", "alice", `"`, `\`, "<b>", "a\nb", "\x1b[31m", "zoë ☃ \u2028", "\xff", strings.Repeat("☃", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var back string
		if err := json.Unmarshal(appendText(nil, text), &back); err != nil || utf8.ValidString(text) && back != text {
			t.Errorf("appendText(%q) reads back as %q, %v", text, back, err)
		}
		line := plain(text)
		for _, r := range line {
			if !unicode.IsPrint(r) {
				t.Errorf("plain(%q) = %q", text, line)
			}
		}
		if len(line) > 10*maxNoted+10 || !utf8.ValidString(line) {
			t.Errorf("plain of %d bytes has %d", len(text), len(line))
		}
	})
}

func TestALogValueHasAnEnd(t *testing.T) {
	if got := len(plain(strings.Repeat("a", 100_000))); got != maxNoted+3 {
		t.Errorf("%d bytes", got)
	}
	if got := plain("alice zoë"); got != "alice zoë" {
		t.Errorf("%q", got)
	}
}
