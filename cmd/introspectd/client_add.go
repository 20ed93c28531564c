package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// registration is what client add was told.
type registration struct {
	roles, audiences, scopes, grants []string
	method, jwks                     string
}

func (p *program) clientAdd() *cobra.Command {
	var r registration
	cmd := &cobra.Command{
		Use: "add ID", Short: "Register a client; its secret is printed once, and cannot be shown again", Args: oneArg("ID"),
		Example: "  introspectd client add web --role login\n  introspectd client add orders-api --role api --audience orders",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := need(cmd, "role"); err != nil {
				return err
			}
			c, err := r.client(args[0])
			if err != nil {
				return err
			}
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				secret := session.NewHandle(session.ClientSecret)
				if usesSecret(c.Method) {
					c.Secret = secret.Digest()
				} else {
					secret = session.Handle{}
				}
				c.CreatedAt = session.DateOf(d.now)
				if err := d.store.AddClient(ctx, c); err != nil {
					return named(err, "client", c.ID)
				}
				for name := range c.Audiences.All() {
					if _, known := d.registry.Audience(name); !known {
						p.say("note: audience %s is not registered yet", name)
					}
				}
				return p.printCredentials(c.ID, secret)
			})
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&r.roles, "role", nil, "login, api, gateway, service or admin (repeat)")
	f.StringArrayVar(&r.audiences, "audience", nil, "for an api: the audience that it is (repeat)")
	f.StringVar(&r.method, "auth", caller.SecretBasic, "how it authenticates: "+strings.Join(methods, ", "))
	f.StringVar(&r.jwks, "jwks", "", "file with its public keys (RFC 7517), for private_key_jwt")
	f.StringArrayVar(&r.scopes, "scope", nil, "scope that it may ask for on its own behalf (repeat, or separate by spaces)")
	f.StringArrayVar(&r.grants, "grant-type", nil, "grant that it may use (repeat)")
	return cmd
}

var methods = []string{caller.SecretBasic, caller.SecretPost, caller.PrivateKeyJWT}

var grantTypes = []string{
	"client_credentials", "refresh_token",
	"urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer",
}

func usesSecret(method string) bool { return method != caller.PrivateKeyJWT }

// client checks all that can be checked without the database.
func (r *registration) client(id string) (caller.Client, error) {
	refuse := func(err error) (caller.Client, error) { return caller.Client{}, err }
	roles, err := caller.ParseRoles(joined(r.roles).Names()...)
	if err != nil {
		return refuse(usageError{err})
	}
	c := caller.Client{
		ID: id, Roles: roles, Audiences: joined(r.audiences), Method: r.method,
		Scopes: joined(r.scopes), GrantTypes: joined(r.grants),
	}
	switch {
	case !caller.ValidID(id):
		return refuse(usage("client id %q is not 1 to 128 letters, digits, '-' and '_'", id))
	case !slices.Contains(methods, r.method):
		return refuse(usage("--auth %q is not one of %s%s", r.method, strings.Join(methods, ", "), config.Meant(r.method, "", methods)))
	case usesSecret(r.method) == (r.jwks != ""):
		return refuse(usage("--jwks and --auth %s go together: one without the other has no use", caller.PrivateKeyJWT))
	}
	for grant := range c.GrantTypes.All() {
		if !slices.Contains(grantTypes, grant) {
			return refuse(usage("--grant-type %q is not one of %s%s", grant, strings.Join(grantTypes, ", "), config.Meant(grant, "", grantTypes)))
		}
	}
	for name := range session.ListOf(append(c.Scopes.Names(), c.Audiences.Names()...)...).All() {
		if !session.ValidScopeName(name) {
			return refuse(usage("%q has a character outside the grammar of RFC 6749 §3.3", name))
		}
	}
	if r.jwks != "" {
		if c.JWKS, err = publicKeys(r.jwks); err != nil {
			return refuse(fmt.Errorf("--jwks: %w", err))
		}
	}
	return c, nil
}

// printCredentials is the one time that a secret is shown.
func (p *program) printCredentials(id string, secret session.Handle) error {
	return p.printJSON(struct {
		ID     string `json:"client_id"`
		Issued string `json:"client_secret,omitempty"`
	}{id, secret.Reveal()})
}
