package sqlstore

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"github.com/introspectd/introspectd/session"
)

// engine is one kind of database. Only its own file and those of its connections know more of it than this.
type engine interface {
	// String names the database in errors. It holds no password.
	String() string

	// there says whether the place for the tables exists; create makes it.
	there() (bool, error)
	create() error
	// schemaPool is for looking at the schema and migrationPool for changing it.
	schemaPool() (*sql.DB, error)
	migrationPool() (*sql.DB, error)
	dialect() (goose.Dialect, string, []goose.ProviderOption, error)
	tables() string // a query for their names
	layout() *layout

	writePool() (*sql.DB, error)
	readPool() (*sql.DB, error)
	over(pool gorm.ConnPool) (*gorm.DB, error)
	// durable reads back what makes a commit survive a crash.
	durable(ctx context.Context, conn *sql.Conn) error

	// findEach looks several digests up in one snapshot, on a connection of readPool. What it returns is wrong with all of them.
	findEach(r *reader, db *gorm.DB, ds []session.Digest, answers []session.Looked) error

	// begin starts a transaction that has the locks of all, and reads the head in it, after it has them. It may ask what they will ask, unless
	// each is to fail for himself.
	begin(w *writer, group []*waiting, apart bool) (*batch, error)
	// finish is the last step, in which the log's numbers are taken, and the commit. An error is errApart when the transaction is to be
	// done again with savepoints, and [uncommitted] when nobody knows.
	finish(w *writer, b *batch) (commit, error)
	// again reports whether a transaction that wrote nothing is worth another try, while patience lasts.
	again(err error) bool

	// bounded is for how long one statement is waited for.
	bounded() (context.Context, context.CancelFunc)

	settings(ctx context.Context, q querier) ([]Setting, error)
}

// engineOf chooses by the DSN.
func engineOf(c *Config) (engine, error) {
	if isPostgres(c.DSN) {
		return newPostgres(c)
	}
	return &sqliteFile{path: c.DSN, patience: c.Patience}, nil
}

// querier answers with rows.
type querier interface {
	row(query string, args []any, into ...any) error
}

// statements is how the work in a transaction reaches the database.
type statements interface {
	querier
	exec(query string, args ...any) (int64, error)
	// later is exec for a statement whose outcome nobody waits for: it may travel with the next one, which then has its error.
	later(query string, args ...any) error
	flush() error // sends what travels later
	drop()        // forgets it
	slow()        // what follows may look at every session there is
	bounded() (context.Context, context.CancelFunc)
}

// overGorm hands statements to gorm's connection, one by one.
type overGorm struct{ db *gorm.DB }

func (g overGorm) row(query string, args []any, into ...any) error {
	return row(g.db, query, args, into...)
}

func (g overGorm) exec(query string, args ...any) (int64, error) { return exec(g.db, query, args...) }
func (g overGorm) flush() error                                  { return nil }
func (g overGorm) drop()                                         {}
func (g overGorm) slow()                                         {}

func (g overGorm) later(query string, args ...any) error {
	_, err := exec(g.db, query, args...)
	return err
}

func (g overGorm) bounded() (context.Context, context.CancelFunc) {
	return context.Background(), func() {}
}
