package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func (p *program) audience() *cobra.Command {
	cmd := &cobra.Command{Use: "audience", Short: "Register the APIs for which tokens are valid"}
	cmd.AddCommand(p.audienceAdd(), p.audienceList(), p.audienceRemove())
	return cmd
}

func (p *program) audienceAdd() *cobra.Command {
	var scopes, callers []string
	var jwtTTL time.Duration
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Register an API: its scopes, and the clients that may hold tokens for it", Args: oneArg("NAME"),
		Example: "  introspectd audience add orders --scope 'orders:read orders:write' --caller web",
		RunE: func(cmd *cobra.Command, args []string) error {
			a := session.Audience{Name: args[0], Scopes: joined(scopes), Callers: joined(callers), JWTTTL: jwtTTL}
			if err := checkAudience(a); err != nil {
				return err
			}
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				if err := d.store.AddAudience(ctx, a); err != nil {
					return named(err, "audience", a.Name)
				}
				for id := range a.Callers.All() {
					if _, known := d.registry.Snapshot().Clients[id]; !known {
						p.say("note: client %s is not registered yet", id)
					}
				}
				p.say("audience %s is registered", a.Name)
				return p.jsonOnly(audienceRow(a))
			})
		},
	}
	cmd.Flags().StringArrayVar(&scopes, "scope", nil, "scope that may be asked for there (repeat, or separate by spaces)")
	cmd.Flags().StringArrayVar(&callers, "caller", nil, "client that may hold tokens for it (repeat, or separate by spaces)")
	cmd.Flags().DurationVar(&jwtTTL, "jwt-ttl", 0, "lifetime of an internal JWT for it; 0s: the installation's")
	return cmd
}

func checkAudience(a session.Audience) error {
	if !session.ValidScopeName(a.Name) || len(a.Name) > 255 {
		return usage("audience name %q is not 1 to 255 printable ASCII characters without space, quote and backslash", a.Name)
	}
	for name := range a.Scopes.All() {
		if !session.ValidScopeName(name) {
			return usage("scope %q has a character outside the grammar of RFC 6749 §3.3", name)
		}
	}
	for id := range a.Callers.All() {
		if !caller.ValidID(id) {
			return usage("caller %q is not a client id: letters, digits, '-' and '_'", id)
		}
	}
	if a.JWTTTL < 0 || a.JWTTTL > hybrid.MaxLife || a.JWTTTL%time.Second != 0 {
		return usage("--jwt-ttl %s is not a whole number of seconds up to %s", a.JWTTTL, hybrid.MaxLife)
	}
	return nil
}

func (p *program) audienceList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the registered APIs", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atDesk(cmd, func(_ context.Context, d *desk) error {
				out := struct {
					Audiences []audienceView `json:"audiences"`
				}{[]audienceView{}}
				rows := [][]string{{"NAME", "SCOPES", "CALLERS", "JWT TTL"}}
				audiences := d.registry.Snapshot().Audiences
				for _, name := range sortedKeys(audiences) {
					v := audienceRow(audiences[name])
					out.Audiences = append(out.Audiences, v)
					rows = append(rows, []string{v.Name, v.Scope, session.ListOf(v.Callers...).String(), v.JWTTTL})
				}
				return p.print(out, rows)
			})
		},
	}
}

func (p *program) audienceRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Forget an API: its tokens are worth nothing from then on", Args: oneArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				if err := d.store.RemoveAudience(ctx, args[0]); err != nil {
					return named(err, "audience", args[0])
				}
				p.say("audience %s is removed", args[0])
				return nil
			})
		},
	}
}

type audienceView struct {
	Name    string   `json:"audience"`
	Scope   string   `json:"scope"`
	Callers []string `json:"callers"`
	JWTTTL  string   `json:"jwt_ttl,omitempty"`
}

func audienceRow(a session.Audience) audienceView {
	v := audienceView{Name: a.Name, Scope: a.Scopes.String(), Callers: listed(a.Callers)}
	if a.JWTTTL > 0 {
		v.JWTTTL = a.JWTTTL.String()
	}
	return v
}

// jsonOnly writes data for those who asked for JSON; the others have read the words.
func (p *program) jsonOnly(v any) error {
	if p.output != "json" {
		return nil
	}
	return p.printJSON(v)
}

// joined reads a flag that may be repeated and may hold several names.
func joined(texts []string) session.List {
	var names []string
	for _, t := range texts {
		names = append(names, session.ParseList(t).Names()...)
	}
	return session.ListOf(names...)
}

// listed is a list as JSON has it: never null.
func listed(l session.List) []string { return append([]string{}, l.Names()...) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// named says which thing is registered already, or is not.
func named(err error, what, name string) error {
	for _, known := range []error{caller.ErrExists, caller.ErrUnknown} {
		if errors.Is(err, known) {
			return fmt.Errorf("%s %q: %w", what, name, known)
		}
	}
	return err
}
