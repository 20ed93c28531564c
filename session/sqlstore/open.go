package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Config says where the database is and how it is used.
type Config struct {
	// DSN is the path of an SQLite file, or a URL of PostgreSQL's (postgres:// or postgresql://).
	DSN string
	// Migrate makes the file when there is none, and brings its schema up to date. Without it both must be in order.
	Migrate bool
	// Readers is the number of connections that read; 0: 4, which keeps two cores busy while one waits for the disk.
	Readers int
	// Patience is for how long a write waits while another process writes; 0: 5 s.
	Patience time.Duration
	// Limit is for how long PostgreSQL lets a process that has fallen silent keep what others wait for; 0: 1 s. It belongs well below the
	// time that a taking-back may take, twice the lease.
	Limit time.Duration
	// AllowUnsafe opens a PostgreSQL database also when it does not confirm that commits survive a crash, or is reached over a network without TLS.
	AllowUnsafe bool
	// Observe is told how long each operation took. Nil: nobody wants to know.
	Observe func(op string, d time.Duration, err error)
}

const maxReaders = 64 // at some MB of page cache each

func (c *Config) check() error {
	if c.Readers == 0 {
		c.Readers = 4
	}
	if c.Patience == 0 {
		c.Patience = 5 * time.Second
	}
	if c.Limit == 0 {
		c.Limit = time.Second
	}
	switch {
	case c.DSN == "":
		return errors.New("no database is named")
	case strings.ContainsRune(c.DSN, 0):
		return errors.New("the database's name has a NUL character")
	case isPostgres(c.DSN):
	case strings.Contains(c.DSN, "://"), strings.HasPrefix(c.DSN, "file:"):
		return errors.New("the database is named by the plain path of a file, or by a postgres:// URL")
	case strings.HasPrefix(c.DSN, ":memory:"):
		return errors.New("a database in memory cannot be shared; name a file")
	}
	switch {
	case c.Readers < 0 || c.Readers > maxReaders:
		return fmt.Errorf("readers is not between 1 and %d", maxReaders)
	case c.Patience < 0:
		return errors.New("patience is negative")
	case c.Limit < 0:
		return errors.New("limit is negative")
	}
	return nil
}

// Store is an open database.
type Store struct {
	path    string // names the database, without a password
	engine  engine
	observe func(op string, d time.Duration, err error)
	write   *writer
	back    *writer // for what may be passed over and nobody waits for; SQLite has one writer for all
	read    *reader
	line    *line // for renewals; SQLite has none
	hint    hint
	acked   atomic.Int64 // when the last acknowledgement was written, as an Instant
}

var (
	_ session.Store   = (*Store)(nil)
	_ revocation.Roll = (*Store)(nil)
	_ caller.Store    = (*Store)(nil)
)

// Open opens the database, having checked that it is ours, that its schema is the one this program knows, and that it syncs each commit.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, c Config) (*Store, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e, err := engineOf(&c)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, e, c.Migrate); err != nil {
		return nil, err
	}
	s := &Store{path: e.String(), engine: e, observe: c.Observe}
	s.hint.outbox = make(chan struct{}, 1)
	if s.observe == nil {
		s.observe = func(string, time.Duration, error) {}
	}
	if err := s.connect(ctx, &c); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context, c *Config) (err error) {
	if s.write, err = openWriter(ctx, s.engine, c.Patience); err != nil {
		return err
	}
	s.back = s.write
	if s.read, err = openReader(s.engine, c.Readers); err != nil {
		return err
	}
	p, ok := s.engine.(*postgres)
	if !ok {
		return nil
	}
	if s.back, err = openWriter(ctx, s.engine, c.Patience); err != nil {
		return err
	}
	s.line, s.read.limit = &line{db: p}, c.Patience
	s.write.tell = s.sendHint
	return nil
}

// Close waits for writes under way, refuses later ones, and closes the files.
func (s *Store) Close() error {
	if err := s.close(); err != nil {
		return fmt.Errorf("close database %s: %w", s.path, opaque(err))
	}
	return nil
}

func (s *Store) close() error {
	var errs []error
	for _, w := range []*writer{s.write, s.back} {
		if w != nil {
			errs = append(errs, w.close())
		}
	}
	if s.line != nil {
		s.line.close()
	}
	if s.read != nil {
		errs = append(errs, s.read.close())
	}
	return errors.Join(errs...)
}

// Check reports whether the database answers and, when the last write went wrong, whether it takes writes again.
func (s *Store) Check(ctx context.Context) error {
	if _, err := s.Read(ctx, 0, 0); err != nil {
		return err
	}
	if !s.write.failing.Load() {
		return nil
	}
	return s.do(ctx, "check", func(b *batch) (func(commit), error) {
		b.probe, b.mine = true, true
		return nil, nil
	})
}

// do runs one operation in the next group, and observes it.
func (s *Store) do(ctx context.Context, op string, run work, locks ...lock) error {
	return s.by(ctx, s.write, op, task{run: run, locks: locks})
}

// aside is do for what waits for nobody, and nobody waits for.
func (s *Store) aside(ctx context.Context, op string, run work, locks ...lock) error {
	return s.by(ctx, s.back, op, task{run: run, locks: locks})
}

func (s *Store) by(ctx context.Context, w *writer, op string, t task) error {
	begun := time.Now()
	err := translate(op, s.path, w.do(ctx, t))
	s.observe(op, time.Since(begun), err)
	return err
}

// ask runs one read, and observes it.
func (s *Store) ask(ctx context.Context, op string, query func(db *gorm.DB) error) error {
	begun := time.Now()
	err := translate(op, s.path, s.read.do(ctx, query))
	s.observe(op, time.Since(begun), err)
	return err
}
