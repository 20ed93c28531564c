package gateways_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What docs/gateways.md shows is what is tested here, with addresses filled in.
func TestTheDocumentShowsTheConfigurationsThatAreTested(t *testing.T) {
	document := read(t, "../../docs/gateways.md")
	filled := strings.NewReplacer("$PORT", "8000", "$SERVICE", "http://127.0.0.1:9000", "$ISSUER", "http://127.0.0.1:8080")
	for _, c := range []struct{ config, language, begins, ends, indent string }{
		{"nginx.conf", "nginx", "    server {\n", "\n    }\n", "    "},
		{"Caddyfile", "caddyfile", "http://127.0.0.1:$PORT {\n", "\n}\n", ""},
	} {
		text := read(t, filepath.Join("testdata", c.config))
		at := strings.Index(text, c.begins)
		if at < 0 {
			t.Fatalf("%s has no %q", c.config, c.begins)
		}
		body, _, found := strings.Cut(text[at:], c.ends)
		if !found {
			t.Fatalf("%s: %q has no end", c.config, c.begins)
		}
		var want strings.Builder
		for line := range strings.Lines(filled.Replace(body + c.ends)) {
			want.WriteString(strings.TrimPrefix(line, c.indent))
		}
		_, rest, found := strings.Cut(document, "```"+c.language+"\n")
		got, _, _ := strings.Cut(rest, "```\n")
		if !found || strings.Contains(rest, "```"+c.language+"\n") {
			t.Errorf("docs/gateways.md does not show one configuration of %s", c.language)
		}
		if diff := cmp.Diff(want.String(), got); diff != "" {
			t.Errorf("%s (-testdata +docs/gateways.md):\n%s", c.config, diff)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
