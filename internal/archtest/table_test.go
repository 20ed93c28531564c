package archtest

import (
	"os"
	"strings"
	"testing"
)

func TestTablesThatAreNotUnderstoodAreRefused(t *testing.T) {
	data, err := os.ReadFile("testdata/house/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	for _, tt := range []struct{ name, old, new, want string }{
		{"a table is missing", "<!-- house: fences -->", "", "stands 0 times"},
		{"a table is there twice", "# A small", "<!-- house: clocks -->\n# A small", "stands 2 times"},
		{"a table has no end", "| 9 | `cmd/...` | |\n<!-- house: end -->", "", "no end marker"},
		{"no line of dashes", "|-------|----------|----------------|\n", "", "line of dashes"},
		{"a cell is missing", "| 9 | `cmd/...` | |", "| 9 | `cmd/...` |", "want 3 cells"},
		{"a line outside the bars", "| 9 | `cmd/...` | |", "9 `cmd/...`", "want 3 cells"},
		{"a floor is no number", "| 9 |", "| top |", "floor"},
		{"a package stands on two floors", "| 9 | `cmd/...`", "| 9 | `ground`", "ground stands on two floors"},
		{"an exception has no reason", "| one room |", "| |", "and why"},
		{"a fence encloses nobody", "`roof`, for its beams", "nobody", "both cells"},
		{"a clock row names no package", "| `ground` | `clock*.go` |", "| ground | `clock*.go` |", "no package"},
		{"a secret has no package", "`ground.Safe`", "`Safe`", "package.Type"},
		{"a bare secret has no reason", "| it was given away long ago |", "| |", "and why"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := strings.Replace(good, tt.old, tt.new, 1)
			if doc == good {
				t.Fatalf("%q is not in the document", tt.old)
			}
			_, err := parseHouse(doc)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("parseHouse = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestPatternsEndAtPathBorders(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"cmd/...", "cmd", true},
		{"cmd/...", "cmd/introspectd", true},
		{"cmd/...", "cmdline", false},
		{"cache", "cache", true},
		{"cache", "cache/warm", false},
	} {
		if got := matches(tt.pattern, tt.path); got != tt.want {
			t.Errorf("matches(%q, %q) = %v, want %v", tt.pattern, tt.path, got, tt.want)
		}
	}
}
