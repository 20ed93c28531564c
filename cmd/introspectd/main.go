// Command introspectd is the daemon and its command line.
//
// It wires and does nothing else: settings come from internal/config, rules from the rooms below, and run.go owns every goroutine and the
// order of stopping. Data goes to stdout and words to stderr. Tokens come by stdin only, and are printed only to whom they were just issued.
//
// Exit codes: 0 done, 1 error, 2 usage or configuration, 3 the token is inactive, 4 the database cannot be reached.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program. It returns the exit code when all it started has ended. The first SIGINT or SIGTERM asks it to stop; a second
// one ends the process on the spot.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, restore := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer restore()
	defer context.AfterFunc(ctx, restore)()

	p := &program{environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return p.finish(root.ExecuteContext(ctx))
}
