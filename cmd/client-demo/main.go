// Command client-demo tells the story of introspectd by running it: a daemon, three services that call each other (shop, orders, billing),
// each with credentials and an audience of its own, a login, calls, and a logout in the midst of them. It does so in each mode, and
// shows what every service said before and after.
//
// It promises to exit 0 only if the run showed something and no call begun after a logout had returned was accepted. It talks to loopback
// addresses only, keeps its data in a folder that it removes, takes ten seconds, and ends by itself within two minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "client-demo:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

// limit ends a run that hangs.
const limit = 2 * time.Minute

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("client-demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errUsage
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	dir, err := os.MkdirTemp("", "client-demo-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	return newDemo(dir, stdout).run(ctx)
}

// slack is for the scheduling between a deadline and the last call that it let through.
const slack = 250 * time.Millisecond

// verdict holds each mode against what it promises.
func verdict(stdout io.Writer, outcomes []outcome) error {
	var closed []string
	for _, o := range outcomes {
		switch {
		case o.mode.open == 0 && o.accepted > 0:
			return fmt.Errorf("%s: %d calls that began after the logout had returned were accepted", o.mode.name, o.accepted)
		case o.open > o.mode.open+slack && o.accepted > 0:
			return fmt.Errorf("%s: a call was accepted %v after the logout had returned, want at most %v", o.mode.name, o.open, o.mode.open)
		case o.mode.open == 0:
			closed = append(closed, o.mode.name)
		}
	}
	fmt.Fprintf(stdout, "\nLog out means out in %s: no call that began after the logout had returned was accepted.\n", strings.Join(closed, ", "))
	return nil
}
