// Command benchmarks compares the modes on this machine: cost, latency, what a logout leaves open, and what happens while the daemon is away.
//
//	go run ./benchmarks [-full] [-out DIR]
//	go run ./benchmarks compare OLD/report.json NEW/report.json
//
// All of it is in package run, which "introspectd bench" calls as well.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/introspectd/introspectd/benchmarks/run"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer context.AfterFunc(ctx, stop)() // a second interrupt ends the process on the spot
	code := run.Main(ctx, run.Program{Name: "benchmarks"}, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
