package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func (p *program) dev() *cobra.Command {
	cmd := &cobra.Command{
		Use: "dev", Short: "Run on a throw-away database with demo clients, and print what to paste", Args: noArgs,
		Long: "Run the daemon on a database that is removed at the end, with demo clients and audiences, on a loopback address only.\n" +
			"It prints lines that work when pasted into another terminal.",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cmd.Flags().Changed("database") {
				return usage("dev makes a database of its own: use serve for yours")
			}
			loaded, err := p.settings(cmd)
			if err != nil {
				return err
			}
			s := loaded.Settings
			if !config.Loopback(s.Listen) || s.AdminListen != "" && !config.Loopback(s.AdminListen) {
				return usage("dev has demo clients, whose secrets are on the screen: it listens on loopback addresses only")
			}
			dir, err := os.MkdirTemp("", "introspectd-dev-*") // mode 0700
			if err != nil {
				return fmt.Errorf("make a place for the database: %w", err)
			}
			defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
			s.Database, s.KeyFile, s.Key = config.ParseDSN(filepath.Join(dir, "dev.db")), "", config.Secret{}
			return p.serveDemo(cmd.Context(), s)
		},
	}
	config.AddFlags(cmd.Flags(), "listen", "admin-listen", "issuer", "access-token-ttl", "session-ttl", "session-idle-ttl",
		"refresh-window", "signing-alg", "jwt-ttl", "key-lead", "lease", "cache-entries", "shutdown-delay", "log-level", "log-format", "audit-log")
	return cmd
}

func (p *program) serveDemo(ctx context.Context, s config.Settings) error {
	d, err := daemon.New(ctx, p.daemonConfig(s))
	if err != nil {
		return err
	}
	secrets, err := registerDemo(ctx, d.Store())
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return d.Run(ctx, func() {
		p.say("introspectd is ready on %s (throw-away database, removed at the end)", d.URL())
		p.printDemo(d.URL(), secrets)
	})
}

// registerDemo makes one login service and two APIs.
func registerDemo(ctx context.Context, store caller.Store) (map[string]session.Handle, error) {
	now, secrets := session.DateOf(time.Now()), map[string]session.Handle{}
	for _, a := range []session.Audience{
		{Name: "orders", Scopes: "orders:read orders:write", Callers: "web"},
		{Name: "billing", Scopes: "billing:read billing:write", Callers: "web"},
	} {
		if err := store.AddAudience(ctx, a); err != nil {
			return nil, err
		}
	}
	for _, c := range []caller.Client{
		{ID: "web", Roles: caller.Login},
		{ID: "orders", Roles: caller.API, Audiences: "orders"},
		{ID: "billing", Roles: caller.API, Audiences: "billing"},
	} {
		secret := session.NewHandle(session.ClientSecret)
		c.Method, c.Secret, c.CreatedAt = caller.SecretBasic, secret.Digest(), now
		if err := store.AddClient(ctx, c); err != nil {
			return nil, err
		}
		secrets[c.ID] = secret
	}
	return secrets, nil
}

// printDemo prints a login and a logout. These clients live as long as this process, so their secrets may be on the screen.
func (p *program) printDemo(url string, secrets map[string]session.Handle) {
	const ask = `curl -s -u "$API" -d "token=$TOKEN" "$ISSUER/introspect"`
	fmt.Fprintf(p.stdout, `# Clients: web (login), orders and billing (APIs). Paste into another shell:
export ISSUER=%[1]s
export LOGIN=%[2]s
export API=%[3]s

# log alice in, and keep her access token
TOKEN=$(curl -s -u "$LOGIN" -H 'Content-Type: application/json' -d '{"subject":"alice","audience":"orders","scope":"orders:read"}' "$ISSUER/sessions" | %[5]s)

# the orders API asks what it is worth
%[6]s

# the same token is worth nothing to the billing API
curl -s -u %[4]s -d "token=$TOKEN" "$ISSUER/introspect"

# log alice out, everywhere
curl -s -u "$LOGIN" -X DELETE "$ISSUER/sessions?subject=alice"

# out means out
%[6]s
`, quote(url), credentials("web", secrets), credentials("orders", secrets), credentials("billing", secrets), pick("access_token"), ask)
}

// credentials are what curl takes after -u: ids and secrets have no character that a shell or HTTP Basic reads as another.
func credentials(id string, secrets map[string]session.Handle) string {
	return quote(id + ":" + secrets[id].Reveal())
}
