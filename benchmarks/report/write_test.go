package report

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	for name, r := range map[string]*Report{"floor only": sample(), "whole": compared()} {
		dir := filepath.Join(t.TempDir(), "a", "b")
		paths, err := r.Write(dir)
		if err != nil || len(paths) != 3 {
			t.Fatalf("%s: Write = %q, %v, want three paths", name, paths, err)
		}
		back, err := Read(filepath.Join(dir, "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("%s: report.json loses something (-written +read):\n%s", name, diff)
		}
		for _, path := range paths {
			if info, err := os.Stat(path); err != nil || info.Size() == 0 {
				t.Errorf("%s is missing or empty: %v", path, err)
			}
		}
	}
}

func TestOneFileThatCannotBeWrittenDoesNotCostTheOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "report.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	paths, err := sample().Write(dir)
	if err == nil || !strings.Contains(err.Error(), "report.json") || len(paths) != 2 {
		t.Errorf("Write = %q, %v, want two paths and an error about report.json", paths, err)
	}
	if _, err := sample().Write(paths[0]); err == nil {
		t.Error("writing into a folder that is a file = nil, want an error")
	}
}

// JSON cannot hold what a division by zero gives; the rest of the run must not be lost over it.
func TestWhatIsNotANumberIsLeftOutAndSaid(t *testing.T) {
	r := compared()
	r.Sections[0].Tables[0].Lines[0].Cells[0] = Cell{Spread: &Spread{Median: math.NaN()}}
	r.Sections[0].Charts[0].Series[0].Points[0].Y = math.Inf(1)
	r.Sections[0].Charts[1].Marks[0].X = math.NaN()
	dir := t.TempDir()
	if _, err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	back, err := Read(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(back.Notes, "\n"); !strings.Contains(notes, "3 values") {
		t.Errorf("notes = %q, want them to say that three values were left out", notes)
	}
	if !math.IsNaN(r.Sections[0].Tables[0].Lines[0].Cells[0].Spread.Median) || len(r.Sections[0].Charts[0].Series[0].Points) != len(modes) {
		t.Error("writing has changed the report")
	}
}

func TestReadSaysWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := compared().Write(dir); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"cut short":     {string(whole[:len(whole)/2]), "only a part"},
		"empty":         {"", "only a part"},
		"newer":         {`{"format": 3, "sections": "of another kind"}`, "format 3 is not known"},
		"no version":    {`{"format": 0}`, "format 0 is not known"},
		"no format":     {`{"name": "x"}`, "does not say its format"},
		"other meaning": {`{"format": 2, "sections": "x"}`, "sections"},
	} {
		path := filepath.Join(dir, "x.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.json") {
			t.Errorf("%s: Read = %v, want an error with %q and the path", name, err, c.want)
		}
	}
	if _, err := Read(filepath.Join(dir, "nothing.json")); err == nil {
		t.Error("Read of nothing = nil, want an error")
	}
	old := filepath.Join(dir, "old.json")
	if err := os.WriteFile(old, []byte(`{"format": 1, "commit": "x", "rows": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(old); err != nil || r.Commit != "x" {
		t.Errorf("Read of the first format = %v, %v, want it to be read", r, err)
	}
}

func TestEveryChartCanBeKeptAsAFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "charts")
	paths, err := compared().WriteCharts(dir)
	if err != nil || len(paths) != 6 || filepath.Base(paths[0]) != "steady-latency.svg" {
		t.Fatalf("WriteCharts = %q, %v, want six", paths, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		look(t, string(data))
	}
	r := &Report{Sections: []Section{{Key: "../../x", Charts: []Chart{{Key: "/etc/y"}}}}}
	if paths, err := r.WriteCharts(dir); err != nil || filepath.Dir(paths[0]) != dir {
		t.Errorf("WriteCharts with keys that are paths = %q, %v, want a file in the folder", paths, err)
	}
	r.Sections[0].Charts = append(r.Sections[0].Charts, r.Sections[0].Charts[0])
	if _, err := r.WriteCharts(dir); err == nil {
		t.Error("WriteCharts of two charts with one name = nil, want an error")
	}
}
