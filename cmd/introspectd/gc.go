package main

import (
	"context"
	"os"
	"strconv"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/daemon"
)

func (p *program) gc() *cobra.Command {
	return &cobra.Command{
		Use: "gc", Short: "Remove expired rows now; a running daemon does so by itself", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				sum, err := daemon.Sweep(ctx, d.store, d.now, p.progress("rows removed"))
				if err != nil {
					return err
				}
				p.say("%d expired rows removed", sum)
				return p.printJSON(struct {
					Swept int `json:"swept"`
				}{sum})
			})
		},
	}
}

// progress is one line that counts up on a terminal, and nothing where there is none.
func (p *program) progress(what string) func(int) {
	f, ok := p.stderr.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return func(int) {}
	}
	return func(n int) { _, _ = f.WriteString("\r" + strconv.Itoa(n) + " " + what + "\r") }
}
