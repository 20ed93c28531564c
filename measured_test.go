package introspectd_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/benchmarks/quote"
	"github.com/introspectd/introspectd/benchmarks/report"
)

var renew = flag.Bool("renew", false, "write what the documents quote from the kept report, and its charts, anew")

// charts is where the documents' pictures are.
const charts = "docs/charts"

func keptReport(t *testing.T) *report.Report {
	t.Helper()
	found, err := filepath.Glob("benchmarks/results/kept-*/report.json")
	if err != nil || len(found) != 1 {
		t.Fatalf("reports that are kept: %q, %v; want one", found, err)
	}
	r, err := report.Read(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whoever measures anew puts the report in the kept one's place and runs this test with -renew.
func TestFiguresInTheDocumentsAreThoseOfTheKeptReport(t *testing.T) {
	r := keptReport(t)
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	quoting := 0
	for _, path := range append(documents, "README.md", "benchmarks/README.md") {
		text := readDocument(t, path)
		if !quote.Quotes(text) {
			continue
		}
		quoting++
		fresh, err := quote.Renew(text, r)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if *renew && fresh != text {
			if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(fresh, text); diff != "" {
			t.Errorf("%s (-as measured +as written):\n%s", path, diff)
		}
	}
	if quoting < 3 {
		t.Errorf("%d documents quote the report, want README.md, docs/choosing-a-mode.md and docs/operations.md", quoting)
	}
}

func TestChartsInTheDocumentsAreThoseOfTheKeptReport(t *testing.T) {
	r := keptReport(t)
	folder := t.TempDir()
	if *renew {
		folder = charts
	}
	paths, err := r.WriteCharts(folder)
	if err != nil || len(paths) == 0 {
		t.Fatalf("charts: %q, %v", paths, err)
	}
	for _, path := range paths {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := readDocument(t, filepath.Join(charts, filepath.Base(path))); got != string(want) {
			t.Errorf("%s is another one", filepath.Base(path))
		}
	}
}
