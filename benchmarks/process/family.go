package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Family is the processor time of a process and of all that it has started, those included that have ended and were waited for. It is how a
// server that has a process for each of its clients is measured. It is an error when there is no such process, or the system does not tell.
func Family(pid int) (time.Duration, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	children, own := map[int][]int{}, map[int]time.Duration{}
	for _, path := range paths {
		id, err := strconv.Atoi(strings.Split(path, "/")[2])
		if err != nil {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		parent, used, err := parseRelation(string(text))
		if err != nil {
			return 0, fmt.Errorf("process %d: %w", id, err)
		}
		children[parent], own[id] = append(children[parent], id), used
	}
	if _, lives := own[pid]; !lives {
		return 0, fmt.Errorf("there is no process %d", pid)
	}
	var sum time.Duration
	for next := []int{pid}; len(next) > 0; next = next[1:] {
		sum += own[next[0]]
		next = append(next, children[next[0]]...)
	}
	return sum, nil
}

// parseRelation reads from a stat line who has started a process, and what it and its children that were waited for have used.
func parseRelation(line string) (parent int, used time.Duration, err error) {
	n, err := statFields(line, fieldParent, fieldUtime, fieldStime, fieldCutime, fieldCstime)
	if err != nil {
		return 0, 0, err
	}
	return int(n[0]), time.Duration(n[1]+n[2]+n[3]+n[4]) * tick, nil
}

// Starter is who has started a process of a program, and an error if it is none of that program: a process id may be one of another machine.
func Starter(pid int, program string) (int, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	_, name, _ := strings.Cut(string(text), "(")
	if !strings.HasPrefix(name, program+")") {
		return 0, fmt.Errorf("process %d is no %s", pid, program)
	}
	parent, _, err := parseRelation(string(text))
	if err == nil && parent < 2 {
		err = errors.New("it has lost who started it")
	}
	return parent, err
}
