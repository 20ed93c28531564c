// Package part is what a run has others do, each as a process of its own, so that processors can be kept apart and costs read from the system: the
// daemon, services, the bare floor, the load, and checks of signatures. They are this program again, called by a word.
//
// A part gets what it needs on stdin, credentials included, so that no list of processes shows them. A server says on stderr where it is to
// be found; the others write what they found to stdout.
package part

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// The words.
const (
	Daemon  = "daemon"
	Service = "service"
	Floor   = "floor"
	Load    = "load"
	Checks  = "checks"
)

// Run is a part's whole life.
func Run(ctx context.Context, word string, stdin io.Reader, stdout, stderr io.Writer) error {
	parts := map[string]func() error{
		Daemon:  func() error { return daemonPart(ctx, stdin, stderr) },
		Service: func() error { return servicePart(ctx, stdin, stderr) },
		Floor:   func() error { return floorPart(ctx, stdin, stderr) },
		Load:    func() error { return loadPart(ctx, stdin, stdout) },
		Checks:  func() error { return checksPart(ctx, stdin, stdout) },
	}
	do, ok := parts[word]
	if !ok {
		return fmt.Errorf("there is no part %q", word)
	}
	err := do()
	if err != nil && !strings.HasPrefix(err.Error(), word+": ") {
		return fmt.Errorf("%s: %w", word, err)
	}
	return err
}

// Ready is how servers say where they are to be found.
const Ready = " is ready on http://"

func read(stdin io.Reader, into any) error {
	if err := json.NewDecoder(stdin).Decode(into); err != nil {
		return fmt.Errorf("read what is to be done: %w", err)
	}
	return nil
}
