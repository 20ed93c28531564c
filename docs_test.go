package introspectd_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/internal/config"
)

func readDocument(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tableRows are the cells of the table between "<!-- name -->" and "<!-- end -->", without its heading.
func tableRows(t *testing.T, text, name string) [][]string {
	t.Helper()
	_, rest, found := strings.Cut(text, "<!-- "+name+" -->\n")
	table, _, ended := strings.Cut(rest, "<!-- end -->")
	if !found || !ended {
		t.Fatalf("there is no table %q", name)
	}
	var rows [][]string
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("table %q has no rows", name)
	}
	return rows[2:]
}

var code = regexp.MustCompile("`([^`]+)`")

func codes(cell string) []string {
	var out []string
	for _, m := range code.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// A clause is kept by code that is there and by a test that is there, or the table is a promise that nobody checks.
func TestConformanceNamesFilesAndTestsThatExist(t *testing.T) {
	text := readDocument(t, "docs/conformance.md")
	for _, name := range []string{"clauses", "departures"} {
		for _, row := range tableRows(t, text, name) {
			if len(row) != 4 {
				t.Errorf("table %s: %d cells, want 4: %q", name, len(row), row)
				continue
			}
			if !regexp.MustCompile(`^RFC \d{4}`).MatchString(row[0]) {
				t.Errorf("table %s: %q names no RFC", name, row[0])
			}
			checkFiles(t, row[0], codes(row[2]))
			checkTests(t, row[0], codes(row[3]))
		}
	}
}

func checkFiles(t *testing.T, clause string, paths []string) {
	t.Helper()
	if len(paths) == 0 {
		t.Errorf("%s: no file keeps it", clause)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.IsDir() || strings.HasSuffix(path, "_test.go") {
			t.Errorf("%s: %s is no file that could keep it", clause, path)
		}
	}
}

// checkTests takes "directory: TestName", and "script.wire: title of a case" for what goes over the wire.
func checkTests(t *testing.T, clause string, tests []string) {
	t.Helper()
	if len(tests) == 0 {
		t.Errorf("%s: no test keeps it", clause)
	}
	for _, test := range tests {
		where, what, found := strings.Cut(test, ": ")
		switch {
		case !found:
			t.Errorf("%s: %q does not say where and what", clause, test)
		case strings.HasSuffix(where, ".wire"):
			if !slices.Contains(titles(t, where), what) {
				t.Errorf("%s: %s has no case %q", clause, where, what)
			}
		case !slices.Contains(testsIn(t, where), what):
			t.Errorf("%s: %s has no test %s", clause, where, what)
		}
	}
}

// titles are those of the cases of a wire script, without the brackets behind them.
func titles(t *testing.T, script string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(readDocument(t, filepath.Join("internal/httpapi/testdata", script))) {
		if title, ok := strings.CutPrefix(line, "== "); ok {
			title, _, _ = strings.Cut(title, " [")
			out = append(out, strings.TrimSpace(title))
		}
	}
	return out
}

func testsIn(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && regexp.MustCompile(`^(Test|Fuzz)[A-Z]`).MatchString(f.Name.Name) {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names
}

// What the threat model says of a defence is a test, too.
func TestTheThreatModelNamesTestsThatExist(t *testing.T) {
	for _, row := range tableRows(t, readDocument(t, "docs/threat-model.md"), "defences") {
		if len(row) != 3 {
			t.Errorf("%d cells, want 3: %q", len(row), row)
			continue
		}
		checkTests(t, row[0], codes(row[2]))
	}
}

// Go that a document shows is a piece of an example, so that it compiles and runs.
func TestGoInTheDocumentsIsOutOfAnExample(t *testing.T) {
	examples := unindented(sourceOf(t, "_test.go", func(name string) bool { return strings.HasPrefix(name, "example") }, "hybrid", "introspect", "session", "cache"))
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, path := range append(documents, "README.md") {
		for _, rest := range strings.Split(readDocument(t, path), "```go\n")[1:] {
			piece, _, _ := strings.Cut(rest, "```")
			shown++
			if !strings.Contains(examples, "\n"+unindented(piece)) {
				t.Errorf("%s shows what is in no example:\n%s", path, piece)
			}
		}
	}
	if shown < 2 {
		t.Errorf("%d pieces of Go in the documents, want those of docs/guard.md", shown)
	}
}

// unindented is a text whose lines begin where they begin.
func unindented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.TrimLeft(line, "\t"))
	}
	return out.String()
}

func TestOperationsListsEverySetting(t *testing.T) {
	var want []string
	for _, s := range config.Table() {
		fallback := "`" + s.Default + "`"
		if s.Default == "" {
			fallback = "-"
		}
		want = append(want, fmt.Sprintf("| `%s` | %s | %s | %s |", s.Name, s.Kind, fallback, s.Usage))
	}
	var got []string
	for _, row := range tableRows(t, readDocument(t, "docs/operations.md"), "settings") {
		got = append(got, "| "+strings.Join(row, " | ")+" |")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-the program +docs/operations.md):\n%s", diff)
	}
}

// A message that people look up has to be there as the program writes it; "…" stands for what differs.
func TestOperationsListsMessagesAsTheyAreWritten(t *testing.T) {
	source := programSource(t)
	for _, row := range tableRows(t, readDocument(t, "docs/operations.md"), "messages") {
		if len(row) != 3 || len(codes(row[0])) != 1 {
			t.Errorf("want a message, what it means, and what to do: %q", row)
			continue
		}
		for part := range strings.SplitSeq(codes(row[0])[0], "…") {
			if part = strings.TrimSpace(part); part != "" && !strings.Contains(source, part) {
				t.Errorf("the program does not write %q", part)
			}
		}
	}
}

// programSource is the text of all that is built into the daemon.
func programSource(t *testing.T) string {
	t.Helper()
	isProgram := func(name string) bool { return !strings.HasSuffix(name, "_test.go") }
	return sourceOf(t, ".go", isProgram, "session", "cache", "introspect", "hybrid", "internal", "cmd/introspectd")
}

// sourceOf is the text of the files with an ending, of those that are wanted by their names.
func sourceOf(t *testing.T, ending string, wanted func(name string) bool, dirs ...string) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ending) || !wanted(entry.Name()) {
				return err
			}
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

func TestLinksInTheDocumentsLeadSomewhere(t *testing.T) {
	paths, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := filepath.Glob("docs/decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	paths = append(append(paths, decisions...), "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
	for _, path := range paths {
		for _, m := range link.FindAllStringSubmatch(readDocument(t, path), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}
