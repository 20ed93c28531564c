//go:build linux

package blackbox

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Plan says what to set up.
type Plan struct {
	Program string // from [Build]
	Service string // from [BuildService], when there are services
	Folder  string // for keys, and for the database when there is none
	// Database is the DSN of an empty PostgreSQL database, which each daemon reaches through a link of its own; "": an SQLite file in Folder.
	Database string
	Daemons  int
	Services int           // with guards in mode jwt-lease
	Clients  int           // that hold tokens; 0: 1
	Lease    time.Duration // L; 0: 1 s
	Serve    []string      // further flags of serve
}

// Installation is a database, the daemons on it, and the command line beside them.
type Installation struct {
	*Recorder
	Daemons  []*Daemon
	Services []*Service
	Others   []Party // beside the daemons asked about handles; set before anybody is asked
	Lease    time.Duration
	Issuer   string

	program, service, database, keyFile string
	serve                               []string

	login, api, edge credentials
	clients          map[string]credentials
	Clients          []string // their names

	stop  context.CancelFunc
	links sync.WaitGroup

	mu       sync.Mutex
	troubles map[string]int  // guarded by mu: what went wrong beside the history, and how often
	signers  map[string]bool // guarded by mu: keys that verifiers may know, see [Installation.signed]
}

// issuer is only a name: whoever asks it is led to a daemon. Over http a guard fetches keys from loopback alone.
const issuer = "http://127.0.0.1:1"

// SetUp registers clients and starts the daemons. What was started is ended by Close, also after an error.
func SetUp(ctx context.Context, p Plan) (*Installation, error) {
	in := &Installation{
		Recorder: NewRecorder(), Lease: p.Lease, Issuer: issuer, program: p.Program, service: p.Service, database: p.Database,
		keyFile: filepath.Join(p.Folder, "server.key"), serve: p.Serve, clients: map[string]credentials{}, troubles: map[string]int{}, signers: map[string]bool{},
	}
	if in.Lease == 0 {
		in.Lease = time.Second
	}
	if in.database == "" {
		in.database = filepath.Join(p.Folder, "introspectd.db")
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	in.stop = stop
	if err := in.setUp(ctx, background, p); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

func (in *Installation) setUp(ctx, background context.Context, p Plan) error {
	if err := in.makeKey(); err != nil {
		return err
	}
	if err := in.register(ctx, max(1, p.Clients)); err != nil {
		return err
	}
	for i := range p.Daemons {
		d := &Daemon{Label: string(rune('A' + i)), in: in}
		var err error
		if d.Link, err = in.link(background, "127.0.0.1:1"); err != nil {
			return err
		}
		if server := in.server(); server != "" {
			if d.Store, err = in.link(background, server); err != nil {
				return err
			}
		}
		d.door = newDoor(d.Link.Address())
		in.Daemons = append(in.Daemons, d)
		if err := d.Start(ctx); err != nil {
			return err
		}
	}
	return in.serveAPIs(ctx, background, p)
}

// makeKey makes the server key, which only an embedded database gets by itself.
func (in *Installation) makeKey() error {
	var key [32]byte
	_, _ = rand.Read(key[:])
	return os.WriteFile(in.keyFile, []byte(base64.StdEncoding.EncodeToString(key[:])+"\n"), 0o600)
}

func (in *Installation) link(background context.Context, target string) (*Link, error) {
	l, err := NewLink(target)
	if err != nil {
		return nil, err
	}
	in.links.Go(func() {
		if err := l.Run(background); err != nil {
			in.trouble("link", err.Error())
		}
	})
	return l, nil
}

// register makes an audience and the clients: one that opens, one that asks, some that hold tokens.
func (in *Installation) register(ctx context.Context, clients int) error {
	callers := []string{"audience", "add", "orders", "--scope", "read", "--caller", "login", "--caller", "edge"}
	for i := range clients {
		in.Clients = append(in.Clients, fmt.Sprintf("web-%d", i))
		callers = append(callers, "--caller", in.Clients[i])
	}
	if _, err := in.Command(ctx, callers...); err != nil {
		return err
	}
	var err error
	if in.login, err = in.add(ctx, "login", "--role", "login"); err != nil {
		return err
	}
	if in.api, err = in.add(ctx, "orders", "--role", "api", "--audience", "orders"); err != nil {
		return err
	}
	for _, id := range in.Clients {
		if in.clients[id], err = in.add(ctx, id, "--role", "login"); err != nil {
			return err
		}
	}
	return nil
}

// add registers a client.
func (in *Installation) add(ctx context.Context, id string, flags ...string) (credentials, error) {
	out, err := in.Command(ctx, append([]string{"client", "add", id, "-o", "json"}, flags...)...)
	if err != nil {
		return credentials{}, err
	}
	var printed map[string]any
	if err := json.Unmarshal([]byte(out), &printed); err != nil {
		return credentials{}, err
	}
	return credentials{id, session.Present(fmt.Sprint(printed["client_secret"]))}, nil
}

// server is where the database listens, "" when it is a file.
func (in *Installation) server() string {
	dsn, err := url.Parse(in.database)
	if err != nil {
		return ""
	}
	return dsn.Host
}

// databaseFor is what a daemon is told: with a database on the network, the way through its link.
func (in *Installation) databaseFor(d *Daemon) string {
	if d.Store == nil {
		return in.database
	}
	dsn, err := url.Parse(in.database)
	if err != nil {
		return in.database
	}
	dsn.Host = d.Store.Address()
	return dsn.String()
}

// Command runs the command line on the database, past all links, and returns what it printed.
func (in *Installation) Command(ctx context.Context, args ...string) (string, error) {
	return outcomeOf(ctx, in.program, append(args, "--database", in.database)...)
}

// CommandLine is a [Taker]: a command beside the daemons.
func (in *Installation) CommandLine() Taker { return commandLine{in} }

type commandLine struct{ in *Installation }

func (commandLine) Name() string { return commandLineName }

func (c commandLine) TakeBack(ctx context.Context, what Taking) (Outcome, string) {
	args := []string{"session", "end", what.Token.Session}
	switch what.By {
	case BySession:
	case BySubject:
		args = []string{"session", "end", "--subject", what.Token.Subject}
	case ByClient:
		args = []string{"client", "disable", what.Token.Client}
	case ByKey:
		if what.Token.asSigned().Signer == "" {
			return Unknown, unsigned
		}
		args = c.in.keyArgs("revoke", what.Token.asSigned().Signer)
	default:
		return Unknown, "not on the command line"
	}
	if _, err := c.in.Command(ctx, args...); err != nil {
		return Unknown, short(err)
	}
	return Done, ""
}

// Wait is W: no taking-back takes longer than that and what the machine itself needs.
func (in *Installation) Wait() time.Duration { return revocation.Wait(in.Lease) }

// Everybody are all that can be asked, each in two ways.
func (in *Installation) Everybody() []Party {
	var all []Party
	for _, d := range in.Daemons {
		all = append(all, d.Kept(), d.Fresh())
	}
	return append(all, in.Others...)
}

func (in *Installation) trouble(what, words string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.troubles[what+": "+words]++
}

// Troubles lists what went wrong beside the history: for a run without faults, nothing may have.
func (in *Installation) Troubles() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	var all []string
	for words, n := range in.troubles {
		all = append(all, fmt.Sprintf("%d times %s", n, strings.TrimSpace(words)))
	}
	return all
}

// Close ends all that was started.
func (in *Installation) Close() error {
	var errs []error
	for _, d := range in.Daemons {
		if p := d.Process(); p != nil {
			errs = append(errs, p.Kill())
		}
		d.door.close()
	}
	for _, s := range in.Services {
		if p := s.Process(); p != nil {
			errs = append(errs, p.Kill())
		}
		s.door.close()
	}
	in.stop()
	in.links.Wait()
	return errors.Join(errs...)
}
