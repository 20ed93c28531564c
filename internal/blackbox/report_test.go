package blackbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABrokenHistoryIsWrittenDownWhole(t *testing.T) {
	h := History{
		Tokens: []Token{{Session: "s", Subject: "u", Client: "c"}},
		Ops: []Op{
			{Key: "session s", Who: "A", Call: 1, Return: 5, Outcome: Done},
			{Who: "B", Call: 9, Return: 12, Outcome: Active},
		},
		Events: []Event{{7, "B goes on"}},
	}
	folder := t.TempDir()
	if err := Keep(folder, "seed 42", h, map[string]string{"B": "last words"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "history.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"seed 42", "1 broken", "takes back session s", "** B goes on", "asks for token 0: active", "last words"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if page, err := os.Stat(filepath.Join(folder, "token.html")); err != nil || page.Size() == 0 {
		t.Errorf("no picture: %v", err)
	}
}
