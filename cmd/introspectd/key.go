package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/session"
)

func (p *program) key() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "The keys that sign internal JWTs"}
	cmd.AddCommand(p.keyList(), p.keyRotate(), p.keyRevoke(), p.keyForget(), p.keyExport())
	for _, sub := range cmd.Commands() {
		config.AddFlags(sub.Flags(), "key-file", "signing-alg", "key-lead", "key-period")
	}
	return cmd
}

// atKeys opens the database and the list of signing keys in it, which is made if there is none.
func (p *program) atKeys(cmd *cobra.Command, work func(ctx context.Context, d *desk, ring *keyring.Ring) error) error {
	return p.atSealedKeys(cmd, func(ctx context.Context, d *desk, ring *keyring.Ring) error {
		if err := ring.Refresh(ctx, d.now); err != nil {
			return err
		}
		if cmd.Flags().Changed("signing-alg") {
			defer p.sayAlgorithm(d, ring)
		}
		return work(ctx, d, ring)
	})
}

// atSealedKeys opens the database and no key in it.
func (p *program) atSealedKeys(cmd *cobra.Command, work func(ctx context.Context, d *desk, ring *keyring.Ring) error) error {
	return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
		server, made, err := daemon.ServerKeys(ctx, d.settings, d.store.SigningKeys())
		if err != nil {
			return err
		}
		if made != "" {
			p.say("made a server key in %s", made)
		}
		ring, err := daemon.SigningKeys(d.settings, server, d.store.SigningKeys())
		if err != nil {
			return err
		}
		return work(ctx, d, ring)
	})
}

// sayAlgorithm says that another algorithm than that of the key that signs is for keys that are made from now on.
func (p *program) sayAlgorithm(d *desk, ring *keyring.Ring) {
	if other := daemon.OtherAlgorithm(ring, d.settings, d.now); other != "" {
		p.say("note: the key that signs now is %s; signing-alg %s takes hold with the next rotation", other, d.settings.SigningAlg)
	}
}

func (p *program) keyList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the signing keys, in the order in which they sign", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atKeys(cmd, func(_ context.Context, d *desk, ring *keyring.Ring) error {
				out := struct {
					Keys []keyView `json:"keys"`
				}{[]keyView{}}
				rows := [][]string{{"KEY", "ALGORITHM", "STATE", "PUBLISHED", "SIGNS FROM", "RETIRES", "GONE"}}
				for _, k := range ring.List(d.now) {
					out.Keys = append(out.Keys, viewKey(k))
					rows = append(rows, []string{
						k.ID, string(k.Algorithm), k.State.String(), date(k.PublishedAt), date(k.SignsFrom), date(k.RetiresAt), date(k.GoneAt),
					})
				}
				return p.print(out, rows)
			})
		},
	}
}

func (p *program) keyRotate() *cobra.Command {
	var now bool
	cmd := &cobra.Command{
		Use: "rotate", Short: "Let a new key take over when verifiers have had the time to fetch it, or at once", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atKeys(cmd, func(ctx context.Context, d *desk, ring *keyring.Ring) error {
				if err := ring.Rotate(ctx, d.now, now); err != nil {
					return err
				}
				keys := ring.List(d.now)
				next := keys[len(keys)-1]
				p.say("key %s signs from %s", next.ID, date(next.SignsFrom))
				return p.jsonOnly(viewKey(next))
			})
		},
	}
	cmd.Flags().BoolVar(&now, "now", false, "do not wait: each verifier fetches the set once more when it sees the new key")
	return cmd
}

// thumbprint is the length of a kid of ours (RFC 7638).
const thumbprint = 43

func (p *program) keyRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke KEY", Short: "Take a key back, at once and for good: nothing that it has signed is accepted any more", Args: oneArg("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := args[0]
			if len(id) != thumbprint || !jwks.ValidKeyID(id) {
				return usage("%q is not a key's id: key list has them", id)
			}
			return p.atKeys(cmd, func(ctx context.Context, d *desk, ring *keyring.Ring) error {
				found, err := ring.Revoke(ctx, id, d.now)
				if err != nil {
					return err
				}
				if !found {
					p.say("note: key %s is not in the list, or not any more", id)
				}
				// Also when it was not: a call before this one may have broken off here.
				if _, err := d.sessions.End(ctx, session.ByKey(id), d.now); err != nil {
					return err
				}
				p.say("key %s is revoked", id)
				return p.jsonOnly(struct {
					Revoked string `json:"revoked"`
				}{id})
			})
		},
	}
}

// keyForget is for when the key file is lost. Without the flag it tells what it would do.
func (p *program) keyForget() *cobra.Command {
	var lost bool
	cmd := &cobra.Command{
		Use: "forget", Short: "Take back all signing keys that no server key opens, for good: when the key file is lost", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atSealedKeys(cmd, func(ctx context.Context, d *desk, ring *keyring.Ring) error {
				sealed, err := ring.Unopened(ctx, d.now)
				if err != nil {
					return err
				}
				if len(sealed) > 0 && !lost {
					return usage("no server key opens %s: say --lost if the key file that does is lost for good", strings.Join(sealed, " and "))
				}
				// Before they leave the list, so that a call that broke off in between can be repeated.
				for _, id := range sealed {
					if _, err := d.sessions.End(ctx, session.ByKey(id), d.now); err != nil {
						return err
					}
				}
				if err := ring.Forget(ctx, sealed, d.now); err != nil {
					return err
				}
				for _, id := range sealed {
					p.say("key %s is revoked, and forgotten", id)
				}
				p.say("key %s signs", signingKey(ring, d.now))
				return p.jsonOnly(struct {
					Forgotten []string `json:"forgotten"`
				}{sealed})
			})
		},
	}
	cmd.Flags().BoolVar(&lost, "lost", false, "the key file that opens them is lost for good")
	return cmd
}

func (p *program) keyExport() *cobra.Command {
	var format string
	var private bool
	cmd := &cobra.Command{
		Use: "export [KEY]", Short: "Print the public key set; with --format pem one key, and with --private its private half",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%s exports one key at a time", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case format != "jwks" && format != "pem":
				return usage("--format %q is not one of jwks, pem%s", format, config.Meant(format, "", []string{"jwks", "pem"}))
			case format == "jwks" && private:
				return usage("--format jwks prints public keys only: --private has no use there")
			case format == "jwks" && len(args) > 0:
				return usage("--format jwks prints the whole set: name no key")
			}
			return p.atKeys(cmd, func(_ context.Context, d *desk, ring *keyring.Ring) error {
				if format == "jwks" {
					return p.printJSON(ring.Public(d.now))
				}
				id := signingKey(ring, d.now)
				if len(args) > 0 {
					id = args[0]
				}
				if !private {
					return p.printPublic(ring.Public(d.now), id)
				}
				return p.printPrivate(ring, id)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "jwks", "jwks: the public set; pem: one key")
	cmd.Flags().BoolVar(&private, "private", false, "with --format pem: print the private key")
	return cmd
}

func signingKey(ring *keyring.Ring, at time.Time) string {
	for _, k := range ring.List(at) {
		if k.State == keyring.Signing {
			return k.ID
		}
	}
	return ""
}

// printPublic prints one key of the set, as libraries read it (PKIX).
func (p *program) printPublic(set jwks.Set, id string) error {
	key, ok := set.Key(id)
	if !ok {
		return fmt.Errorf("there is no key %q: key list has them", id)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public)
	if err != nil {
		return fmt.Errorf("write key %s as PEM: %w", id, err)
	}
	if err := pem.Encode(p.stdout, &pem.Block{Type: "PUBLIC KEY", Bytes: der}); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// printPrivate is the one time that a private key leaves the database.
func (p *program) printPrivate(ring *keyring.Ring, id string) error {
	key, ok, err := ring.Export(id)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("there is no key %q: key list has them", id)
	}
	p.say("WARNING: this is the private key %s. Whoever has it can make tokens; if it gets lost, key revoke takes it back", id)
	if _, err := p.stdout.Write(key.Reveal()); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

type keyView struct {
	ID          string `json:"kid"`
	Algorithm   string `json:"alg"`
	State       string `json:"state"`
	PublishedAt int64  `json:"published_at"`
	SignsFrom   int64  `json:"signs_from"`
	RetiresAt   int64  `json:"retires_at,omitempty"`
	GoneAt      int64  `json:"gone_at,omitempty"`
}

func viewKey(k keyring.Status) keyView {
	return keyView{k.ID, string(k.Algorithm), k.State.String(), int64(k.PublishedAt), int64(k.SignsFrom), int64(k.RetiresAt), int64(k.GoneAt)}
}
