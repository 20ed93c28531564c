package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// readmeBlock is the shell code of a section of the README that begins with a certain line.
func readmeBlock(t *testing.T, heading, first string) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("README.md has no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for i, block := range strings.Split(section, "```") {
		if code, isShell := strings.CutPrefix(block, "sh\n"); i%2 == 1 && isShell && strings.HasPrefix(code, first) {
			return strings.Split(strings.TrimSuffix(code, "\n"), "\n")
		}
	}
	t.Fatalf("section %q of README.md has no shell code that begins with %q", heading, first)
	return nil
}

// step is a command of the README, and what the README says that it prints. Nothing is said of a command that fills a variable.
type step struct {
	command string
	prints  string
}

// stepsOf reads paragraphs: comments that explain, a command, and comments that are its output.
func stepsOf(lines []string) []step {
	var steps []step
	for paragraph := range strings.SplitSeq(strings.Join(lines, "\n"), "\n\n") {
		var s step
		for line := range strings.SplitSeq(paragraph, "\n") {
			comment, isComment := strings.CutPrefix(line, "# ")
			switch {
			case isComment && s.command != "":
				s.prints += comment
			case !isComment:
				s.command += line + "\n"
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// pattern is what is printed, where ", ..." stands for further members.
func (s step) pattern() *regexp.Regexp {
	return regexp.MustCompile(`^` + strings.ReplaceAll(regexp.QuoteMeta(s.prints), `, \.\.\.`, `,.+`) + `$`)
}

// needPrograms ends the test where it cannot be made, and fails it where all tests have to be.
func needPrograms(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := exec.LookPath(name)
		if err != nil && os.Getenv("INTROSPECTD_TEST_ALL") != "" {
			t.Fatalf("the README cannot be tested: %v", err)
		}
		if err != nil {
			t.Skipf("the README is not tested: %v", err)
		}
	}
}

// shell runs lines of the README as they are written. PATH begins with the program under test.
func shell(t *testing.T, dir string, env []string, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s\n%v: %s%s", script, err, out, &stderr)
	}
	return string(out)
}

// started runs the program in the background until the test ends, and waits until it says that it is ready.
func started(t *testing.T, dir string, env, args []string) (url string, stdout *words) {
	t.Helper()
	cmd := exec.Command("introspectd", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	stdout, stderr := new(words), new(words)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("introspectd %q: %v: %s", args, err, stderr)
		}
	})
	return eventually(t, stderr, readyLine)[1], stdout
}

// eventually waits until something is written.
func eventually(t *testing.T, w *words, pattern *regexp.Regexp) []string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := pattern.FindStringSubmatch(w.String()); m != nil {
			return m
		}
	}
	t.Fatalf("%s is not written: %s", pattern, w)
	return nil
}

var threeExports = regexp.MustCompile(`(?m)^export ISSUER=.*\nexport LOGIN=.*\nexport API=.*\n`)

func TestTheREADMEsTourWorksWhenPasted(t *testing.T) {
	needPrograms(t, "sh", "curl")
	if run := readmeBlock(t, "See it by hand", "go run"); len(run) != 1 || run[0] != "go run ./cmd/introspectd dev" {
		t.Fatalf("the README starts it with %q", run)
	}
	_, stdout := started(t, t.TempDir(), nil, []string{"dev", "--listen", "127.0.0.1:0"})
	exports := eventually(t, stdout, threeExports)[0]

	steps := stepsOf(readmeBlock(t, "See it by hand", "# a login"))
	const mark = "--- what the next command prints ---"
	script, said := exports, 0
	for _, s := range steps {
		script += "echo '" + mark + "'\n" + s.command
		if s.prints != "" {
			said++
		}
	}
	if len(steps) != 4 || said != 3 {
		t.Fatalf("%d commands, %d with what they print; want 4 and 3", len(steps), said)
	}
	printed := strings.Split(shell(t, t.TempDir(), nil, script), mark+"\n")[1:]
	for i, s := range steps {
		if got := strings.TrimSuffix(printed[i], "\n"); !s.pattern().MatchString(got) {
			t.Errorf("%sprints %q, and the README says %q", s.command, got, s.prints)
		}
	}
}

func TestTheREADMEsInstallationWorksAsWritten(t *testing.T) {
	needPrograms(t, "sh")
	lines := readmeBlock(t, "Run it", "go install")
	if lines[0] != "go install ./cmd/introspectd" || !strings.HasPrefix(lines[len(lines)-1], "introspectd serve ") {
		t.Fatalf("the README installs with %q and ends with %q", lines[0], lines[len(lines)-1])
	}
	dir, secrets := t.TempDir(), []string{}
	for _, line := range lines[1 : len(lines)-1] {
		out := shell(t, dir, nil, line)
		if _, comment, _ := strings.Cut(line, "#"); strings.Contains(comment, "prints its secret") != wholeHandle.MatchString(out) {
			t.Errorf("%s: printed %q", line, out)
		}
		secrets = append(secrets, wholeHandle.FindAllString(out, -1)...)
	}
	if len(secrets) != 2 {
		t.Fatalf("%d secrets were printed, want those of a login service and an API", len(secrets))
	}

	url, _ := started(t, dir, []string{"INTROSPECTD_LISTEN=127.0.0.1:0"}, []string{"serve"})
	if _, err := os.Stat(filepath.Join(dir, "introspectd.db")); err != nil {
		t.Error(err)
	}
	ask := func(client int, id, path, flag, body string) string {
		var stdout, stderr bytes.Buffer
		cmd := exec.Command("http", "POST", url+path, "-u", id+":"+secrets[client], flag, body)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v: %s", err, &stderr)
		}
		return stdout.String()
	}
	opened := ask(0, "web", "/sessions", "-j", `{"subject":"alice","audience":"orders","scope":"orders:read"}`)
	token := wholeHandle.FindString(opened)
	if answer := ask(1, "orders-api", "/introspect", "-d", "token="+token); !strings.HasPrefix(answer, "200\n"+`{"active":true,"scope":"orders:read"`) {
		t.Errorf("opened %s, and the API is told %s", wholeHandle.ReplaceAllString(opened, "[token]"), answer)
	}
	if out := shell(t, dir, nil, "introspectd config print"); !strings.Contains(out, fmt.Sprintf("%-18s", "listen")) || !strings.Contains(out, "ORIGIN") {
		t.Errorf("introspectd config print: %s", out)
	}
}

// A README whose output is wrong is noticed.
func TestAPatternOfTheREADMEIsTakenLiterally(t *testing.T) {
	s := stepsOf([]string{"# why", "curl x \\", "  -d y", `# {"active":true, ...}`})[0]
	if s.command != "curl x \\\n  -d y\n" || s.prints != `{"active":true, ...}` {
		t.Fatalf("read as %+v", s)
	}
	for text, want := range map[string]bool{
		`{"active":true,"sub":"alice"}`: true, `{"active":true}`: false, `{"active":false,"sub":"alice"}`: false, `x{"active":true,"sub":1}`: false,
	} {
		if got := s.pattern().MatchString(text); got != want {
			t.Errorf("pattern matches %s: %v, want %v", text, got, want)
		}
	}
}
