package main

import (
	"github.com/spf13/cobra"

	benchmarks "github.com/introspectd/introspectd/benchmarks/run"
)

// bench runs the comparison of the modes, with this program as the daemon. Its flags are the comparison's own.
func (p *program) bench() *cobra.Command {
	return &cobra.Command{
		Use: "bench", Short: "Compare the modes on this machine, and write a report",
		Long:               "Compare the modes on this machine: cost, latency, what a logout leaves open, and what happens while the daemon is away.",
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			self := benchmarks.Program{Name: "introspectd bench", Args: []string{"bench"}}
			if code := benchmarks.Main(cmd.Context(), self, args, p.stdin, p.stdout, p.stderr); code != exitDone {
				return codeError(code)
			}
			return nil
		},
	}
}

// codeError is an exit code of a command that has said itself what went wrong.
type codeError int

func (codeError) Error() string { return "it was said what went wrong" }
