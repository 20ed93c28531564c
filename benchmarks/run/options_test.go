package run

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFlagsThatMakeNoSenseAreUsageErrors(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel() // should one be taken, nothing is measured
	for _, args := range [][]string{
		{"-nonsense"},
		{"extra"},
		{"part"},
		{"part", "load", "x"},
		{"-rounds", "-1"},
		{"-rounds", "1000"},
		{"-window", "1ms"},
		{"-window", "1h"},
		{"-connections", "-1"},
		{"-connections", "100000"},
		{"-sessions", "10"},
		{"-sessions", "x"},
		{"-sessions", "10000,"},
		{"-rate", "0.5"},
		{"-rate", "-1"},
		{"-rate", "1e9"},
		{"-rate", "NaN"},
		{"-modes", "introspect,magic"},
		{"-modes", ","},
		{"-stores", "mysql://x"},
		{"-stores", ""},
		{"-scenarios", "stedy"},
		{"-ttl", "1ms"},
		{"-jwt-ttl", "1h"},
		{"-jwt-ttl", "1500ms"},
		{"-away", "1h"},
		{"-peer", "x"},
		{"-peer", "x=http://a:b@127.0.0.1:1/introspect"},
		{"-peer", "x=http://a:b@192.0.2.1:1/i,tokens=f"},
		{"-peer", "x=https://a:b@127.0.0.1:1/i,tokens=f"},
		{"-peer", "x=http://a:b@127.0.0.1/i,tokens=f"},
		{"-peer", "x=http://127.0.0.1:1/i,tokens=f"},
		{"-peer", "x=http://a:b@127.0.0.1:1,tokens=f"},
		{"compare"},
		{"compare", "a"},
		{"compare", "-x", "a", "b"},
	} {
		var stderr bytes.Buffer
		if code := Main(over, program, args, nil, t.Output(), &stderr); code != exitUsage || stderr.Len() == 0 {
			t.Errorf("%q = %d with %q, want %d and words", args, code, stderr.String(), exitUsage)
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"-help"}, {"compare", "-h"}} {
		var stderr bytes.Buffer
		if code := Main(t.Context(), program, args, nil, t.Output(), &stderr); code != exitDone || !strings.Contains(stderr.String(), "Usage: benchmarks") {
			t.Errorf("%q = %d with %q, want %d and the usage", args, code, stderr.String(), exitDone)
		}
	}
}

func TestAllErrorsAreSaidEachInALine(t *testing.T) {
	var stderr bytes.Buffer
	Main(t.Context(), program, []string{"-modes", "magic", "-stores", "mysql"}, nil, t.Output(), &stderr)
	if lines := strings.Split(strings.TrimSpace(stderr.String()), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[1], "benchmarks: ") {
		t.Errorf("stderr %q, want a line for each", stderr.String())
	}
}

func TestFullIsLongerThanQuick(t *testing.T) {
	quick, err := parseOptions(program, nil, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	full, err := parseOptions(program, []string{"-full", "-window", "2s"}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if full.rounds <= quick.rounds || full.window != 2*time.Second || full.away != 10*time.Second || full.sessions[len(full.sessions)-1] != 1_000_000 {
		t.Errorf("full %+v", full)
	}
	if len(quick.modes) != 5 || len(quick.stores) != 1 || len(quick.scenarios) != len(scenarioNames) {
		t.Errorf("quick %+v, want all modes and scenarios on SQLite", quick)
	}
}

func TestCredentialsOfAPeerComeByURLOrEnvironment(t *testing.T) {
	env := func(name string) string { return map[string]string{"BENCHMARKS_PEER_MY_PEER": "id:s:x"}[name] }
	const want = "Authorization: Basic aWQ6cyUzQXg=" // id:s%3Ax
	for _, text := range []string{
		"my-peer=http://127.0.0.1:9/x?y=1,tokens=f", "my-peer=http://id:s%3Ax@localhost:9/x?y=1,tokens=f",
	} {
		p, err := parsePeer(text, env)
		if err != nil || p.authorization != want || p.address != "127.0.0.1:9" || p.path != "/x?y=1" || p.tokens != "f" || p.id != "id" {
			t.Errorf("%s = %+v, %v", text, p, err)
		}
	}
}

// What is typed may end in a report that people publish.
func TestNoCredentialIsRepeated(t *testing.T) {
	const hidden = "hunter2"
	var stderr bytes.Buffer
	for _, args := range [][]string{
		{"-peer", "x=http://a:" + hidden + "@192.0.2.1:1/i,tokens=f"},
		{"-peer", "http://a:" + hidden + "@127.0.0.1:1/i"},
		{"-peer", "x=http://a:" + hidden + "@127.0.0.1:%zz/i,tokens=f"},
		{"-stores", "mysql://a:" + hidden + "@h/d"},
	} {
		Main(t.Context(), program, args, nil, &stderr, &stderr)
	}
	o, err := parseOptions(program, []string{"-stores", "postgres://a:" + hidden + "@127.0.0.1/d", "-peer", "x=http://a:" + hidden + "@127.0.0.1:1/i,tokens=f"}, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	s := o.settings()
	for _, text := range append(s.Stores, stderr.String(), s.Command) {
		if strings.Contains(text, hidden) {
			t.Errorf("%q repeats a password", text)
		}
	}
	for _, other := range s.Others {
		if strings.Contains(other.Value, hidden) {
			t.Errorf("%v repeats a password", other)
		}
	}
}

func TestTokensAreReadOneALine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens")
	if _, err := readTokens(path); err == nil {
		t.Error("a file that is not there is read")
	}
	for text, want := range map[string]int{"": 0, "\n\n": 0, "a\nb\r\n\n c \n": 3} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readTokens(path)
		if len(got) != want || (err != nil) != (want == 0) || want == 3 && got[2] != "c" {
			t.Errorf("%q has %q, %v", text, got, err)
		}
	}
}

func TestAReportSaysHowItWasMade(t *testing.T) {
	program := Program{Name: "benchmarks"}
	o, err := parseOptions(program, []string{"-full", "-window", "2s", "-out", t.TempDir(), "-sessions", "1000"}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.settings().Command, "go run ./benchmarks -full -sessions 1000 -window 2s"; got != want {
		t.Errorf("command %q, want %q", got, want)
	}
}
