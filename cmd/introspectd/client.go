package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func (p *program) client() *cobra.Command {
	cmd := &cobra.Command{Use: "client", Short: "Register the services that talk to this server"}
	cmd.AddCommand(p.clientAdd(), p.clientList(), p.clientShow(), p.clientRotateSecret(), p.clientDisable(), p.clientRemove())
	return cmd
}

func (p *program) clientList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the registered clients", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atDesk(cmd, func(_ context.Context, d *desk) error {
				out := struct {
					Clients []clientView `json:"clients"`
				}{[]clientView{}}
				rows := [][]string{{"CLIENT", "ROLES", "AUDIENCES", "AUTHENTICATION", "CREATED", "STATE"}}
				clients := d.registry.Snapshot().Clients
				for _, id := range sortedKeys(clients) {
					c := clients[id]
					v := viewClient(c)
					out.Clients = append(out.Clients, v)
					rows = append(rows, []string{v.ID, c.Roles.String(), c.Audiences.String(), v.Method, date(c.CreatedAt), v.state()})
				}
				return p.print(out, rows)
			})
		},
	}
}

func (p *program) clientShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show what is registered of a client", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(_ context.Context, d *desk) error {
				c, ok := d.registry.Snapshot().Clients[args[0]]
				if !ok {
					return named(caller.ErrUnknown, "client", args[0])
				}
				v := viewClient(c)
				return p.print(v, [][]string{
					{"client", v.ID},
					{"roles", c.Roles.String()},
					{"audiences", c.Audiences.String()},
					{"authentication", v.Method},
					{"scopes", v.Scope},
					{"grant types", c.GrantTypes.String()},
					{"keys", c.JWKS},
					{"created", date(c.CreatedAt)},
					{"state", v.state()},
				})
			})
		},
	}
}

func (p *program) clientRotateSecret() *cobra.Command {
	return &cobra.Command{
		Use: "rotate-secret ID", Short: "Give a client a new secret; the old one stops working at once", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				if c, ok := d.registry.Snapshot().Clients[args[0]]; ok && !usesSecret(c.Method) {
					return usage("client %s authenticates by %s: it has no secret", c.ID, c.Method)
				}
				secret := session.NewHandle(session.ClientSecret)
				if err := d.store.ReplaceSecret(ctx, args[0], secret.Digest()); err != nil {
					return named(err, "client", args[0])
				}
				return p.printCredentials(args[0], secret)
			})
		},
	}
}

func (p *program) clientDisable() *cobra.Command {
	return &cobra.Command{
		Use: "disable ID", Short: "Shut a client out, and take back all that was issued to it", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				if _, ok := d.registry.Snapshot().Clients[args[0]]; !ok {
					return named(caller.ErrUnknown, "client", args[0])
				}
				done, err := d.sessions.End(ctx, session.ByClient(args[0]), d.now)
				if err != nil {
					return err
				}
				p.say("client %s is disabled", args[0])
				return p.printJSON(ended{done.Ended})
			})
		},
	}
}

func (p *program) clientRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove ID", Short: "Take back all that was issued to a client, and forget it", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				done, err := d.store.RemoveClient(ctx, args[0], session.DateOf(d.now))
				if err != nil {
					return named(err, "client", args[0])
				}
				if err := d.settle(ctx, done.Seq); err != nil {
					return err
				}
				p.say("client %s is removed", args[0])
				return p.printJSON(ended{done.Ended})
			})
		},
	}
}

type clientView struct {
	ID         string   `json:"client_id"`
	Roles      []string `json:"roles"`
	Audiences  []string `json:"audiences"`
	Method     string   `json:"token_endpoint_auth_method"`
	Scope      string   `json:"scope"`
	GrantTypes []string `json:"grant_types"`
	CreatedAt  int64    `json:"created_at"`
	Disabled   bool     `json:"disabled"`
}

func viewClient(c *caller.Client) clientView {
	return clientView{
		c.ID, session.ParseList(c.Roles.String()).Names(), listed(c.Audiences), c.Method,
		c.Scopes.String(), listed(c.GrantTypes), int64(c.CreatedAt), c.Disabled,
	}
}

func (v clientView) state() string {
	if v.Disabled {
		return "disabled"
	}
	return "active"
}

// date is for people; JSON has whole seconds.
func date(d session.Date) string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.RFC3339)
}
