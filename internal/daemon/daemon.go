package daemon

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"time"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/httpapi"
	"github.com/introspectd/introspectd/internal/serverkey"
	"github.com/introspectd/introspectd/internal/telemetry"
	"github.com/introspectd/introspectd/internal/tlsfile"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// Daemon is all that serves, wired. Nothing of it runs until [Daemon.Run].
type Daemon struct {
	cfg      Config
	settings config.Settings
	url      string
	level    *slog.LevelVar
	log      *slog.Logger
	audit    *telemetry.Audit
	metrics  *telemetry.Metrics

	listener, adminListener net.Listener // the second may be nil
	pair                    *tlsfile.Pair
	store                   *sqlstore.Store
	registry                *caller.Registry
	node                    *revocation.Node
	failing                 bool // the node cannot read the log; owned by its Run
	signing                 *signingKeys
	uses                    *session.Uses
	memory                  *cache.Cache
	api                     *httpapi.Server
	doors                   []*door
}

// Config is how a daemon runs.
type Config struct {
	Settings config.Settings
	Origins  []config.Value // where the settings come from, for the log
	Stderr   io.Writer      // logs
	NoColor  bool           // on a terminal
	Build    telemetry.Build
	// Reload asks all sources of settings again, at SIGHUP. Nil: they stay.
	Reload func() (config.Settings, error)
}

// usesEvery is how coarse a last use is.
const usesEvery = 10 * time.Second

// New builds a daemon, which listens but does not answer yet. What was opened is closed again when something fails.
func New(ctx context.Context, c Config) (_ *Daemon, err error) {
	d := &Daemon{cfg: c, settings: c.Settings, level: new(slog.LevelVar), metrics: telemetry.NewMetrics(c.Build)}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// open goes in the order of harm: the database comes last.
func (d *Daemon) open(ctx context.Context) (err error) {
	if err := d.openLogs(); err != nil {
		return err
	}
	if err := d.openDoors(); err != nil {
		return err
	}
	if err := checkKeys(d.settings); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.logSettings()
	d.store, err = sqlstore.Open(ctx, sqlstore.Config{
		DSN: d.settings.Database.Reveal(), Migrate: true, AllowUnsafe: d.settings.AllowUnsafe, Observe: d.metrics.StoreCall,
	})
	if err != nil {
		return err
	}
	if err := d.lookAtDatabase(ctx); err != nil {
		return err
	}
	ring, err := d.keys(ctx)
	if err != nil {
		return err
	}
	return d.wire(ring)
}

func (d *Daemon) openLogs() error {
	level, err := telemetry.Level(d.settings.LogLevel)
	if err != nil {
		return err
	}
	d.level.Set(level)
	c := telemetry.LogConfig{Out: d.cfg.Stderr, Format: d.settings.LogFormat, Level: d.level, NoColor: d.cfg.NoColor}
	if d.log, err = telemetry.NewLogger(c); err != nil {
		return err
	}
	d.audit, err = telemetry.OpenAudit(d.settings.AuditLog, c)
	return err
}

func (d *Daemon) openDoors() (err error) {
	if d.settings.TLS() {
		if d.pair, err = tlsfile.Open(d.settings.TLSCert, d.settings.TLSKey); err != nil {
			return err
		}
	}
	if d.listener, err = listen(d.settings.Listen, "listen"); err != nil {
		return err
	}
	if d.settings.AdminListen != "" {
		if d.adminListener, err = listen(d.settings.AdminListen, "admin-listen"); err != nil {
			return err
		}
	}
	d.url = d.settings.URL(d.listener.Addr().String())
	return nil
}

// keys reads the server keys, or makes them beside a database that is new here.
func (d *Daemon) keys(ctx context.Context) (serverkey.Ring, error) {
	ring, made, err := ServerKeys(ctx, d.settings, d.store.SigningKeys())
	if made != "" {
		d.log.Info("made a server key", "file", made)
	}
	return ring, err
}

// renewEvery is the time between renewals when nobody hurries: 0 is the node's own choice, right where a renewal is mostly a read. With a server
// each is a commit, and hints say when there is something.
func renewEvery(s config.Settings) time.Duration {
	if _, embedded := s.Database.File(); embedded {
		return 0
	}
	const unhinted = 250 * time.Millisecond // what a command has changed is known within half a second, hint or no hint
	return min(unhinted, s.Lease/3)
}

// wire puts the rooms together.
func (d *Daemon) wire(ring serverkey.Ring) (err error) {
	s := d.settings
	signing, err := SigningKeys(s, ring, d.store.SigningKeys())
	if err != nil {
		return err
	}
	revoked := func(key string) bool { return d.node.Set().CoversKey(key) }
	d.signing = newSigningKeys(signing, d.metrics.Signature, revoked, d.signingKeys)
	d.node, err = revocation.NewNode(revocation.NodeConfig{
		Log: d.store, Roll: d.store, Lease: s.Lease, Every: renewEvery(s),
		Registry: func(ctx context.Context) error {
			d.signing.Changed() // signing keys share the registry's version
			return d.registry.Load(ctx)
		},
		Report:  d.following,
		Settled: func(s revocation.Settlement) { d.metrics.Settled(d.log, s) },
		Slow:    func(s revocation.Slow) { d.metrics.Slow(d.log, s) },
	})
	if err != nil {
		return err
	}
	d.registry = caller.NewRegistry(d.store, d.node.Set().CoversClient)
	d.uses = session.NewUses(d.metrics.CountUses(d.store), usesEvery)
	if d.memory, err = cache.New(cache.Config{Store: d.store, Node: d.node, Capacity: s.CacheEntries}); err != nil {
		return err
	}
	derived, err := ring.Succession()
	if err != nil {
		return err
	}
	succession, err := session.NewSuccession(derived...)
	if err != nil {
		return err
	}
	sessions, err := session.NewService(session.Config{
		Store: d.store, Lookup: d.memory.Lookup, Audiences: d.registry, Settle: d.settle, Succession: succession, Lifetimes: s.Lifetimes(),
	})
	if err != nil {
		return err
	}
	d.metrics.WatchCache(d.memory.Stats)
	d.metrics.WatchNode(d.node)
	return d.serveOver(sessions)
}

func (d *Daemon) serveOver(sessions *session.Service) (err error) {
	issuer := d.settings.IssuerFor(d.listener.Addr().String())
	guesses := caller.NewGuesses(50, 500)
	tokens, err := hybrid.NewReader(hybrid.ReaderConfig{Issuer: issuer, Keys: d.signing, Finder: d.memory, Fence: d.node})
	if err != nil {
		return err
	}
	answers, err := introspect.NewService(introspect.Config{
		Finder: d.memory, Callers: d.registry, Issuer: issuer, Signed: tokens, Guesses: guesses, Uses: d.uses,
	})
	if err != nil {
		return err
	}
	exchanger, err := d.exchanger(issuer, tokens)
	if err != nil {
		return err
	}
	d.api, err = httpapi.New(httpapi.Config{
		Issuer: issuer, Sessions: sessions, Answers: answers, Callers: d.registry, Feed: d.node, Guesses: guesses,
		Hybrid: &httpapi.Hybrid{Exchanges: exchanger, Tokens: tokens, Keys: d.signing, Fence: d.node, Lead: d.settings.KeyLead},
		Checks: d.checks(), Observe: d.metrics, Metrics: d.metrics.Handler(), Log: d.log, Audit: d.audit.Logger,
		// Anybody who reaches a public address could read them.
		PublicMetrics: d.adminListener == nil && config.Loopback(d.listener.Addr().String()),
	})
	if err != nil {
		return err
	}
	d.api.SetReady(false)
	d.doors = []*door{newDoor(d.listener, d.api.Handler(), d.pair, d.log)}
	if d.adminListener != nil {
		d.doors = append(d.doors, newDoor(d.adminListener, d.api.AdminHandler(), d.pair, d.log))
	}
	return nil
}

// rememberedExchanges is about 40 MB. An installation with more sessions in use at once signs more often.
const rememberedExchanges = 20_000

func (d *Daemon) exchanger(issuer string, tokens *hybrid.Reader) (*hybrid.Exchanger, error) {
	minter, err := hybrid.NewMinter(hybrid.MintConfig{Issuer: issuer, Signer: d.signing, TTL: d.settings.JWTTTL})
	if err != nil {
		return nil, err
	}
	e, err := hybrid.NewExchanger(hybrid.ExchangerConfig{
		Reader: tokens, Callers: d.registry, Minter: minter, Capacity: min(d.settings.CacheEntries, rememberedExchanges), Uses: d.uses,
	})
	if err == nil {
		d.metrics.WatchExchanges(e.Stats)
	}
	return e, err
}

// signingKeys is told when reading them began to fail, or works again.
func (d *Daemon) signingKeys(err error) {
	if err != nil {
		d.log.Error("the signing keys cannot be read", "error", err)
		return
	}
	d.log.Info("the signing keys are read again")
}

func (d *Daemon) checks() []httpapi.Check {
	return []httpapi.Check{
		{Name: "database", Check: d.store.Check, Details: d.databaseDetails},
		{Name: "lease", Check: d.node.Fresh, Why: d.noLease},
		{Name: "keys", Check: func(ctx context.Context) error { return errors.Join(checkKeys(d.settings), d.signing.Check(ctx)) }},
	}
}

// following is told that the log cannot be read, and of what lasts again now and then, or that it is read again.
func (d *Daemon) following(err error) {
	if failing := err != nil; failing != d.failing {
		d.failing = failing
		d.metrics.Following(err)
	}
	if err != nil {
		lasts, _ := d.node.Trouble()
		d.log.Error("the revocation log cannot be read: answers end with the lease", "error", err, "lasts", lasts.Round(time.Second).String())
		return
	}
	d.log.Info("the revocation log is followed again")
}

// Close closes what is open: the cache before the store, the audit log last. It is for a daemon that was never run; [Daemon.Run] closes by
// itself.
func (d *Daemon) Close() error {
	var errs []error
	for _, l := range []net.Listener{d.listener, d.adminListener} {
		if l != nil {
			_ = l.Close() // mostly closed already
		}
	}
	if d.memory != nil {
		d.memory.Close()
	}
	if d.store != nil {
		errs = append(errs, d.store.Close())
	}
	if d.audit != nil {
		errs = append(errs, d.audit.Close())
	}
	return errors.Join(errs...)
}

// URL is where clients of this machine find it, without a trailing slash.
func (d *Daemon) URL() string { return d.url }

// Store is the open database, for whoever registers something before it runs.
func (d *Daemon) Store() *sqlstore.Store { return d.store }

// Registered reports whether there is any client or audience. It is known once the daemon is ready.
func (d *Daemon) Registered() bool {
	s := d.registry.Snapshot()
	return len(s.Clients)+len(s.Audiences) > 0
}

// logSettings writes down what differs from the defaults, redacted.
func (d *Daemon) logSettings() {
	about := []any{"version", d.cfg.Build.Version, "revision", d.cfg.Build.Revision}
	for _, v := range d.cfg.Origins {
		if v.Origin != "default" {
			about = append(about, v.Name, v.Value+" ("+v.Origin+")")
		}
	}
	d.log.Info("starting", about...)
}
