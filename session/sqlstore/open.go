package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Config says where the database is and how it is used.
type Config struct {
	// DSN is the path of an SQLite file.
	DSN string
	// Migrate makes the file when there is none, and brings its schema up to date. Without it both must be in order.
	Migrate bool
	// Readers is the number of connections that read; 0: 4, which keeps two cores busy while one waits for the disk.
	Readers int
	// Patience is for how long a write waits while another process writes; 0: 5 s.
	Patience time.Duration
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
	switch {
	case c.DSN == "":
		return errors.New("no database is named")
	case strings.HasPrefix(c.DSN, "postgres://"), strings.HasPrefix(c.DSN, "postgresql://"):
		return errors.New("PostgreSQL is not supported by this version; name a file for SQLite")
	case strings.Contains(c.DSN, "://"), strings.HasPrefix(c.DSN, "file:"):
		return errors.New("the database is named by the plain path of a file")
	case strings.HasPrefix(c.DSN, ":memory:"):
		return errors.New("a database in memory cannot be shared; name a file")
	case strings.ContainsRune(c.DSN, 0):
		return errors.New("the database's path has a NUL character")
	case c.Readers < 0 || c.Readers > maxReaders:
		return fmt.Errorf("readers is not between 1 and %d", maxReaders)
	case c.Patience < 0:
		return errors.New("patience is negative")
	}
	return nil
}

// Store is an open database.
type Store struct {
	path    string
	observe func(op string, d time.Duration, err error)
	write   *writer
	read    *reader
	names   *interner
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
	if err := prepare(ctx, &c); err != nil {
		return nil, err
	}
	w, err := openWriter(ctx, &c)
	if err != nil {
		return nil, err
	}
	r, err := openReader(&c)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	s := &Store{path: c.DSN, observe: c.Observe, write: w, read: r, names: newInterner()}
	if s.observe == nil {
		s.observe = func(string, time.Duration, error) {}
	}
	return s, nil
}

// Close waits for writes under way, refuses later ones, and closes the files.
func (s *Store) Close() error {
	err := errors.Join(s.write.close(), s.read.close())
	if err != nil {
		return fmt.Errorf("close database %s: %w", s.path, opaque(err))
	}
	return nil
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
		_, err := b.exec(`UPDATE head SET seq = seq WHERE one = 1`)
		return nil, err
	})
}

// do runs one operation in the next group, and observes it.
func (s *Store) do(ctx context.Context, op string, run work) error {
	begun := time.Now()
	err := translate(op, s.path, s.write.do(ctx, run))
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
