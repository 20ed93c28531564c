package process

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWhatAProcessAndItsChildrenHaveUsedIsReadFromStat(t *testing.T) {
	const line = "10 (a ) b) S 7 10 10 0 -1 4194560 900 0 0 0 100 20 30 4 20 0 9 0 5000 1234567 300 18446744073709551615"
	if parent, used, err := parseRelation(line); err != nil || parent != 7 || used != 1540*time.Millisecond {
		t.Errorf("parent %d, %s used, %v, want 7 and 1.54s", parent, used, err)
	}
	if _, _, err := parseRelation("10 (a) S 7"); err == nil {
		t.Error("half a line is read")
	}
}

// The shell lets one child work until it has ended, and another one that goes on for as long as there is the shell, however that ends.
const working = `sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; echo ended
sh -c 'while kill -0 $PPID; do :; done' 2>/dev/null & echo $!; read wait; kill $!; wait`

func TestAFamilyIsChildrenThatLiveAndThoseThatHaveEnded(t *testing.T) {
	in, stop := io.Pipe()
	said, out := io.Pipe()
	shell := start(t, t.Context(), Command{Path: "sh", Args: []string{"-c", working}, Stdin: in, Stdout: out})
	child := 0
	defer func() { // not in Cleanup: before that the context ends, and the shell with it
		_ = stop.Close() // the shell ends its child, and itself
		within(t, 30*time.Second, "the shell's end", shell.Done())
		if child != 0 && lives(child) {
			t.Errorf("process %d is left behind", child)
		}
	}()
	lines := bufio.NewReader(said)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	ended, err := Family(shell.PID())
	if err != nil || ended < 2*tick {
		t.Errorf("the family of a child that has worked and ended has used %s, %v", ended, err)
	}
	text, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if child, err = strconv.Atoi(strings.TrimSpace(text)); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		all, err := Family(shell.PID())
		if err != nil {
			t.Fatal(err)
		}
		if all >= ended+5*tick {
			break
		}
		if time.Since(begun) > 30*time.Second {
			t.Fatalf("the family has used %s, and %s before: its child that works is not counted", all, ended)
		}
	}
	if parent, err := Starter(child, "sh"); err != nil || parent != shell.PID() {
		t.Errorf("process %d was started by %d, %v, want %d", child, parent, err, shell.PID())
	}
	if parent, err := Starter(child, "postgres"); err == nil {
		t.Errorf("a shell passes for postgres, started by %d", parent)
	}
}

func TestWhoHasEndedHasNoFamily(t *testing.T) {
	child := start(t, t.Context(), Command{Path: "true"})
	_ = child.Wait()
	if used, err := Family(child.PID()); err == nil {
		t.Errorf("the family of process %d that has ended has used %s", child.PID(), used)
	}
	if used, err := Family(os.Getpid()); err != nil || used <= 0 {
		t.Errorf("this test's family has used %s, %v", used, err)
	}
}
