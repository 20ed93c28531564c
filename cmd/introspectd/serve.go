package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
)

func (p *program) serve() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the daemon", Args: noArgs,
		Long: `Run the daemon. With nothing configured it keeps its database in ./introspectd.db, makes its keys at the first start,
and listens on 127.0.0.1:8080.

SIGTERM stops it: unready first, then calls in flight are answered; a second one ends it on the spot. SIGHUP reads certificate and
log level again. Clients and audiences that are changed on the command line need no signal.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := p.settings(cmd)
			if err != nil {
				return err
			}
			c := p.daemonConfig(loaded.Settings)
			c.Origins = loaded.Values
			c.Reload = func() (config.Settings, error) {
				l, err := p.settings(cmd)
				if err != nil {
					return config.Settings{}, err
				}
				return l.Settings, nil
			}
			d, err := daemon.New(cmd.Context(), c)
			if err != nil {
				return err
			}
			return d.Run(cmd.Context(), func() { p.announce(d, loaded.Settings) })
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}

func (p *program) daemonConfig(s config.Settings) daemon.Config {
	_, noColor := os.LookupEnv("NO_COLOR") // https://no-color.org
	return daemon.Config{Settings: s, Stderr: p.stderr, NoColor: noColor, Build: build()}
}

// announce says that the daemon is ready, and to whom this is new what to type next.
func (p *program) announce(d *daemon.Daemon, s config.Settings) {
	p.say("introspectd is ready on %s (database %s)", d.URL(), s.Database)
	if d.Registered() {
		p.say("What it offers: curl -s %s/.well-known/oauth-authorization-server", d.URL())
		return
	}
	p.say(`
Nothing is registered yet. In another terminal:

  %[1]s audience add orders --scope 'orders:read orders:write' --caller web
  %[1]s client add web --role login
  SECRET=$(%[1]s client add orders-api --role api --audience orders | %[2]s)
  TOKEN=$(%[1]s session open --subject alice --client web --audience orders --scope orders:read | %[3]s)
  sleep 1  # a change on the command line reaches the daemon within half a second
  curl -s -u "orders-api:$SECRET" -d "token=$TOKEN" %[4]s/introspect
  curl -s -X POST -H "Authorization: Bearer $TOKEN" %[4]s/logout
  curl -s -u "orders-api:$SECRET" -d "token=$TOKEN" %[4]s/introspect
`, self(s), pick("client_secret"), pick("access_token"), d.URL())
}

// pick is a shell filter that prints one member of the JSON that comes in.
func pick(member string) string { return `sed -n 's/.*"` + member + `":"\([^"]*\)".*/\1/p'` }

// self is how to call this program again, from any directory, on the same database.
func self(s config.Settings) string {
	me := os.Args[0]
	if filepath.Base(me) != me { // not found by its name
		if full, err := filepath.Abs(me); err == nil {
			me = full
		}
	}
	me = quote(me)
	file, embedded := s.Database.File()
	if !embedded {
		return me // the DSN may hold a password; it is in the environment or the file
	}
	if full, err := filepath.Abs(file); err == nil {
		file = full
	}
	return me + " --database " + quote(file)
}

// quote makes one word of a text, for a POSIX shell.
func quote(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%") == "" && text != "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
