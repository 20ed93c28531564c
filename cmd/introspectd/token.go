package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func (p *program) token() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Ask about a token, or take it back; it is read from stdin"}
	cmd.AddCommand(p.tokenInspect(), p.tokenRevoke())
	for _, sub := range cmd.Commands() {
		config.AddFlags(sub.Flags(), "key-file", "issuer", "listen")
	}
	return cmd
}

func (p *program) tokenInspect() *cobra.Command {
	return &cobra.Command{
		Use: "inspect", Short: "Print what a token is worth, as an admin sees it (RFC 7662); exit code 3 when it is inactive", Args: noTokenArgs,
		Example: "  introspectd token inspect < token.txt",
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, err := p.readToken()
			if err != nil {
				return err
			}
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				answer, err := d.inspect(ctx, token)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(p.stdout, "%s\n", introspect.AppendJSON(nil, answer)); err != nil {
					return fmt.Errorf("write output: %w", err)
				}
				if !answer.Active {
					return errInactive
				}
				return nil
			})
		},
	}
}

// inspect answers as the daemon answers an admin, from the rows as they are now.
func (d *desk) inspect(ctx context.Context, token session.Handle) (introspect.Answer, error) {
	finder, err := cache.New(cache.Config{Store: d.store})
	if err != nil {
		return introspect.Answer{}, err
	}
	defer finder.Close()
	issuer, err := d.issuer(ctx)
	if err != nil {
		return introspect.Answer{}, err
	}
	asked := introspect.Config{Finder: finder, Callers: d.registry, Issuer: issuer}
	var answer introspect.Answer
	ask := func() error {
		service, err := introspect.NewService(asked)
		if err != nil {
			return err
		}
		operator := &caller.Client{ID: operatorID, Roles: caller.Admin}
		answer, err = service.Answer(ctx, operator, token, d.now)
		return err
	}
	if looksSigned(token) {
		err = d.signed(ctx, func(r *hybrid.Reader) error {
			asked.Signed = r
			return ask()
		})
	} else {
		err = ask()
	}
	return answer, err
}

// operatorID names whoever may open the database. No registered client has it.
const operatorID = "(command line)"

func (p *program) tokenRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke", Short: "Take a token back; a refresh token with its session", Args: noTokenArgs,
		Example: "  introspectd token revoke < token.txt",
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, err := p.readToken()
			if err != nil {
				return err
			}
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				done, err := d.revoke(ctx, token)
				if err != nil {
					return err
				}
				// RFC 7009 §2.2: what is no token, or is dead already, is no error.
				if done.Known {
					p.say("%s is taken back", token)
				} else {
					p.say("%s was never issued here, or ended long ago: there is nothing to take back", token)
				}
				return p.jsonOnly(ended{done.Ended})
			})
		},
	}
}

func (d *desk) revoke(ctx context.Context, token session.Handle) (session.Revocation, error) {
	if looksSigned(token) {
		return d.revokeSigned(ctx, token)
	}
	return d.sessions.Revoke(ctx, token, operatorID, true, d.now)
}

// noTokenArgs does not repeat what was typed: it is a token, and now it is in the shell's history.
func noTokenArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments: give the token on stdin, where no process list and no shell history shows it", cmd.CommandPath())
	}
	return nil
}

// maxToken bounds what is read: the longest token there will be is a JWT.
const maxToken = 8 << 10

// readToken takes stdin byte for byte, but for one newline at its end.
func (p *program) readToken() (session.Handle, error) {
	text, err := io.ReadAll(io.LimitReader(p.stdin, maxToken+2))
	if err != nil {
		return session.Handle{}, fmt.Errorf("read the token from stdin: %w", err)
	}
	token := strings.TrimSuffix(string(text), "\n")
	switch {
	case token == "":
		return session.Handle{}, usageError{errors.New("there is no token on stdin")}
	case len(token) > maxToken:
		return session.Handle{}, usage("what is on stdin is longer than any token")
	}
	return session.Present(token), nil
}
