package main

import (
	"bytes"
	"crypto/tls"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run the real program, and some for looking at it from outside.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"introspectd": main,
		"http":        subject(httpProgram),
		"sqlite":      subject(sqliteProgram),
	})
}

func subject(f func(args []string) error) func() {
	return func() {
		if err := f(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Condition:           condition,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"freeport":    freeport,
			"until":       until,
			"take":        take,
			"exitcode":    exitCode,
			"mode":        mode,
			"sametokens":  sameTokens,
			"tell":        tell,
			"nohandles":   noHandles,
			"paste":       paste,
			"certificate": certificate,
			"shown":       shown,
		},
	})
}

// condition [curl] holds where pasted lines can be run, and wherever all tests have to be.
func condition(name string) (bool, error) {
	if name == "processors" { // to keep servers and load apart
		_, err := exec.LookPath("taskset")
		return err == nil && runtime.NumCPU() > 1, nil
	}
	if name != "curl" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	_, err := exec.LookPath("curl")
	return err == nil || os.Getenv("INTROSPECTD_TEST_ALL") != "", nil
}

// freeport NAME... sets each variable to a port that nobody listens on, below those that a system hands out by itself. Until the script ends the UDP
// port of that number is kept, by which other tests know that it is taken.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	const first, last = 20_000, 32_000
	for _, name := range args {
		for {
			port := fmt.Sprint(first + rand.IntN(last-first))
			kept, err := net.ListenPacket("udp", "127.0.0.1:"+port)
			if err != nil {
				continue
			}
			ts.Defer(func() { _ = kept.Close() })
			if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
				ts.Check(l.Close())
				ts.Setenv(name, port)
				break
			}
		}
	}
}

// until STATUS URL waits for an answer with that status.
func until(ts *testscript.TestScript, _ bool, args []string) {
	var last any
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		answer, err := insecure.Get(args[1])
		if err != nil {
			last = err
			continue
		}
		answer.Body.Close()
		if last = answer.Status; strings.HasPrefix(answer.Status, args[0]) {
			return
		}
	}
	ts.Fatalf("%s: %v, want %s", args[1], last, args[0])
}

// take NAME MEMBER [FILE] sets a variable to a member of the JSON object in a file, or on stdout.
func take(ts *testscript.TestScript, _ bool, args []string) {
	file := "stdout"
	if len(args) > 2 {
		file = args[2]
	}
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &object))
	v, ok := object[args[1]]
	if !ok {
		ts.Fatalf("no member %s in %s", args[1], file)
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// exitcode N PROGRAM ARG... runs a program to its end, and wants that exit code.
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	if ended, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); ok {
		code = ended.ExitCode()
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

var wholeHandle = regexp.MustCompile(`it[args]_[0-9A-Za-z]{49}`)

// sametokens FILE FILE wants the same two tokens in both, in whatever order.
func sameTokens(ts *testscript.TestScript, _ bool, args []string) {
	a, b := wholeHandle.FindAllString(ts.ReadFile(args[0]), -1), wholeHandle.FindAllString(ts.ReadFile(args[1]), -1)
	slices.Sort(a)
	slices.Sort(b)
	if len(a) != 2 || !slices.Equal(a, b) {
		ts.Fatalf("%d and %d tokens, which are not the same two", len(a), len(b))
	}
}

// tell SIGNAL sends a signal to what runs in the background.
func tell(ts *testscript.TestScript, _ bool, args []string) {
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(map[string]os.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[args[0]]))
	}
}

// mode FILE MODE wants a file's permission bits.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

var handleShape = regexp.MustCompile(`it[args]_[0-9A-Za-z]{20}`)

// nohandles FILE... wants files without a token or secret, all of them not empty.
func noHandles(ts *testscript.TestScript, _ bool, args []string) {
	for _, file := range args {
		text := ts.ReadFile(file)
		if found := handleShape.FindString(text); found != "" || text == "" {
			ts.Fatalf("%s holds %q of %d bytes", file, found, len(text))
		}
	}
}

// paste FILE OUT runs the lines of a file that begin with a command, in one shell, as somebody who pastes them does.
func paste(ts *testscript.TestScript, _ bool, args []string) {
	var script strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		line = strings.TrimSpace(line)
		if regexp.MustCompile(`^(export |curl |sleep |TOKEN=|SECRET=|[^ ]*introspectd --)`).MatchString(line) {
			script.WriteString(line + "\necho\n")
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]+".sh"), []byte(script.String()), 0o600))
	ts.Check(ts.Exec("sh", "-eu", ts.MkAbs(args[1]+".sh")))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(ts.ReadFile("stdout")), 0o600))
}

var insecure = &http.Client{
	Timeout:   time.Minute,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}, //nolint:gosec // certificates made by the test
}

// httpProgram is: http METHOD URL [-u user:password] [-t bearer] [-d form] [-j json]. It prints the status and the body.
func httpProgram(args []string) error {
	method, url := args[0], args[1]
	header, body := http.Header{}, ""
	for i := 2; i+1 < len(args); i += 2 {
		switch value := args[i+1]; args[i] {
		case "-u":
			user, password, _ := strings.Cut(value, ":")
			r := &http.Request{Header: header}
			r.SetBasicAuth(user, password)
		case "-t":
			header.Set("Authorization", "Bearer "+value)
		case "-d":
			header.Set("Content-Type", "application/x-www-form-urlencoded")
			body = value
		case "-j":
			header.Set("Content-Type", "application/json")
			body = value
		}
	}
	r, err := http.NewRequest(method, url, bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	r.Header = header
	answer, err := insecure.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	fmt.Println(answer.StatusCode)
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

// sqliteProgram is: sqlite FILE STATEMENT. It makes the file when there is none.
func sqliteProgram(args []string) error {
	path, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(args[1])
	return err
}
