package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/session"
)

func (p *program) session() *cobra.Command {
	cmd := &cobra.Command{Use: "session", Short: "Open, list and end sessions, by the same rules as over HTTP"}
	cmd.AddCommand(p.sessionOpen(), p.sessionList(), p.sessionEnd())
	return cmd
}

func (p *program) sessionOpen() *cobra.Command {
	var q session.OpenRequest
	var audiences, scopes, amr []string
	cmd := &cobra.Command{
		Use: "open", Short: "Open a session for a subject, and print its tokens", Args: noArgs,
		Example: `  introspectd session open --subject alice --client web --audience orders --scope "orders:read"`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "subject", "client", "audience"); err != nil {
				return err
			}
			q.Audience, q.Scope, q.AMR = joined(audiences), joined(scopes), joined(amr)
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				o, err := d.sessions.Open(ctx, q, d.now)
				if err != nil {
					return err
				}
				return p.printJSON(openedView{
					o.Session.ID.String(), o.Session.Subject, o.Pair.Access.Reveal(), "Bearer",
					int64(o.Access.ExpiresAt - o.Access.IssuedAt), o.Pair.Refresh.Reveal(), o.Access.Scope.String(),
				})
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.Subject, "subject", "", "the user")
	f.StringVar(&q.Client, "client", "", "the client that will hold the tokens")
	f.StringArrayVar(&audiences, "audience", nil, "API that the session may call (repeat)")
	f.StringArrayVar(&scopes, "scope", nil, "what it may do there (repeat, or separate by spaces)")
	f.StringVar(&q.ACR, "acr", "", "how strongly the user was authenticated")
	f.StringArrayVar(&amr, "amr", nil, "method by which the user was authenticated (repeat)")
	f.StringVar(&q.Device, "device", "", "words for the user's own list of sessions")
	f.StringVar(&q.IP, "ip", "", "address that the user came from")
	config.AddFlags(f, "access-token-ttl", "session-ttl", "session-idle-ttl")
	return cmd
}

func (p *program) sessionList() *cobra.Command {
	var subject string
	cmd := &cobra.Command{
		Use: "list", Short: "List what a subject has open", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "subject"); err != nil {
				return err
			}
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				found, err := d.sessions.Sessions(ctx, subject, d.now)
				if err != nil {
					return err
				}
				out := struct {
					Sessions []sessionView `json:"sessions"`
				}{[]sessionView{}}
				rows := [][]string{{"SESSION", "CLIENT", "OPENED", "LAST USED", "EXPIRES", "DEVICE", "IP"}}
				for _, s := range found {
					out.Sessions = append(out.Sessions, viewSession(s))
					rows = append(rows, []string{s.ID.String(), s.Client, date(s.OpenedAt), date(s.LastUsedAt), date(s.ExpiresAt), s.Device, s.IP})
				}
				return p.print(out, rows)
			})
		},
	}
	cmd.Flags().StringVar(&subject, "subject", "", "the user")
	return cmd
}

func (p *program) sessionEnd() *cobra.Command {
	var subject string
	cmd := &cobra.Command{
		Use: "end [ID]", Short: "End one session, or with --subject all that a subject has open",
		Example: "  introspectd session end 0198c5a2-7d3e-7f10-8a55-3f1f6f0f9c11\n  introspectd session end --subject alice",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s ends one session at a time", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			sel, err := endSelector(subject, args)
			if err != nil {
				return err
			}
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				done, err := d.sessions.End(ctx, sel, d.now)
				if err != nil {
					return err
				}
				return p.printJSON(ended{done.Ended})
			})
		},
	}
	cmd.Flags().StringVar(&subject, "subject", "", "end all sessions of this user")
	return cmd
}

func endSelector(subject string, args []string) (session.Selector, error) {
	if (subject == "") == (len(args) == 0) {
		return session.Selector{}, usage("session end needs the ID of a session, or --subject")
	}
	if subject != "" {
		return session.BySubject(subject), nil
	}
	id, ok := session.ParseID(args[0])
	switch {
	case session.Present(args[0]).Kind() != session.Malformed || strings.HasPrefix(args[0], "it") && len(args[0]) > 36:
		return session.Selector{}, usage("that is a token, not the ID of a session: give it to 'introspectd token revoke' on stdin, and take it out of the shell's history")
	case !ok:
		return session.Selector{}, usage("%q is not the ID of a session: 36 characters, as session list prints them", args[0])
	}
	return session.BySession(id), nil
}

// openedView is the answer of POST /sessions.
type openedView struct {
	ID        string `json:"session_id"`
	Subject   string `json:"subject"`
	Access    string `json:"access_token"`
	Type      string `json:"token_type"`
	ExpiresIn int64  `json:"expires_in"`
	Refresh   string `json:"refresh_token,omitempty"`
	Scope     string `json:"scope"`
}

// sessionView is a member of the answer of GET /sessions.
type sessionView struct {
	ID         string   `json:"session_id"`
	Subject    string   `json:"subject"`
	Client     string   `json:"client_id"`
	OpenedAt   int64    `json:"opened_at"`
	LastUsedAt int64    `json:"last_used_at"`
	ExpiresAt  int64    `json:"expires_at"`
	Device     string   `json:"device,omitempty"`
	IP         string   `json:"ip,omitempty"`
	AMR        []string `json:"amr,omitempty"`
	ACR        string   `json:"acr,omitempty"`
}

func viewSession(s session.Session) sessionView {
	return sessionView{
		s.ID.String(), s.Subject, s.Client, int64(s.OpenedAt), int64(s.LastUsedAt), int64(s.ExpiresAt),
		s.Device, s.IP, s.AMR.Names(), s.ACR,
	}
}
