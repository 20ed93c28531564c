// Command benchmarks measures what introspectd costs on this machine, beside the least that a server of its kind could cost, in one run that
// alternates between them.
//
//	go run ./benchmarks [-full] [-out DIR]
//
// It builds the daemon, starts it and the floor as processes of their own on one processor, and asks them from a generator on another. It
// measures on loopback with databases that it throws away, ends what it started, and writes what it saw to report.json and
// report.md: also when it is interrupted. It states what it could not measure. It touches no running daemon.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes are those of introspectd.
const (
	exitDone  = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Parts that run as processes of their own are this program again, called by one of these words.
const (
	partFloor = "floor"
	partLoad  = "load"
)

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	err := dispatch(ctx, args, stdin, stdout, stderr)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage // package flag has said why
	}
	_, _ = fmt.Fprintln(stderr, "benchmarks:", err)
	return exitError
}

func dispatch(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 1 {
		switch args[0] {
		case partFloor:
			return serveFloor(ctx, stdin, stderr)
		case partLoad:
			return generate(ctx, stdin, stdout)
		}
	}
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	return compare(ctx, o, stdout, stderr)
}
