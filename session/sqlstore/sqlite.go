package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// What is particular to SQLite, beside its migrations, the checks of its file and its error codes, is in this file. The statements
// elsewhere are common SQL.

const driverName = sqlite.DriverName

// sqliteFile is a database in a file.
type sqliteFile struct {
	path     string
	patience time.Duration

	journal, synchronous string // set by durable
}

func (f *sqliteFile) String() string       { return f.path }
func (f *sqliteFile) there() (bool, error) { return checkFile(f.path) }

func (f *sqliteFile) create() error {
	there, err := checkFile(f.path)
	if err == nil && !there {
		err = createFile(f.path)
	}
	if err != nil {
		return err
	}
	return checkWritable(f.path)
}

func (f *sqliteFile) dialect() (goose.Dialect, string, []goose.ProviderOption, error) {
	return goose.DialectSQLite3, "migrations/sqlite", nil, nil
}

func (f *sqliteFile) layout() *layout { return fileLayout }

func (f *sqliteFile) tables() string {
	return `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
}

func (f *sqliteFile) schemaPool() (*sql.DB, error) { return sql.Open(driverName, f.plainDSN()) }

// migrationPool syncs. Who migrates waits for others who do.
func (f *sqliteFile) migrationPool() (*sql.DB, error) {
	return sql.Open(driverName, writerDSN(f.path, f.patience)+"&_txlock=immediate")
}

func (f *sqliteFile) writePool() (*sql.DB, error) {
	return sql.OpenDB(&writingConnector{writerDSN(f.path, writeTimeout)}), nil
}

func (f *sqliteFile) readPool() (*sql.DB, error) {
	return sql.OpenDB(&fileConnector{readerDSN(f.path)}), nil
}

const (
	readTimeout  = 5 * time.Second       // readers wait for nobody but a recovery or a closing process
	writeTimeout = 10 * time.Millisecond // SQLite's own waiting grows to 100 ms a step and would starve beside a busy process; we repeat it instead
	cacheKiB     = 16 << 10              // page cache of one connection
	walLimit     = 64 << 20              // bytes of write-ahead log left on the disk after a burst
	// A page that is written again before a checkpoint is copied once: sixteen times the default, for a log of 64 MB.
	checkpointPages = 16000
)

func (f *sqliteFile) plainDSN() string {
	return dsn(f.path, url.Values{"_busy_timeout": {fmt.Sprint(f.patience.Milliseconds())}})
}

// readerDSN leaves SQLite's own locks out: database/sql lends a connection to one at a time.
func readerDSN(path string) string {
	return dsn(path, url.Values{"_query_only": {"1"}, "_mutex": {"no"}})
}

// writerDSN sets what makes a commit durable: in WAL mode only synchronous=FULL syncs the log at each commit.
func writerDSN(path string, patience time.Duration) string {
	return dsn(path, url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"1"},
		"_busy_timeout": {fmt.Sprint(patience.Milliseconds())},
		"_mutex":        {"no"}, // database/sql has one caller at a time on a connection
	})
}

// dsn never creates a file: whoever may do that has done it, with the right mode.
func dsn(path string, v url.Values) string {
	v.Set("mode", "rw")
	v.Set("_cache_size", fmt.Sprint(-cacheKiB))
	if !v.Has("_busy_timeout") {
		v.Set("_busy_timeout", fmt.Sprint(readTimeout.Milliseconds()))
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// SQLite compiles a joining statement anew at each call when it could make use of a parameter's value; behind a cast it does not look.
// That is the difference between 8 us and 3.
const (
	bytesParam  = `CAST(? AS BLOB)`
	numberParam = `CAST(? AS BIGINT)`
)

// begin waits its turn among processes. The transaction is the lock.
func (f *sqliteFile) begin(w *writer, _ []*waiting, _ bool) (*batch, error) {
	err := w.patiently(func() error { return w.exec(beginWrite) })
	if err != nil && !busy(err) {
		// A transaction that could not be rolled back would stand in the way of all that follow.
		_ = w.exec(`ROLLBACK`)
		err = w.exec(beginWrite)
	}
	if err != nil {
		return nil, err
	}
	b := newBatch(w.db, &fileTx{overGorm: overGorm{w.db}, conn: w.conn}, fileLayout)
	return b, b.readHead()
}

const beginWrite = `BEGIN IMMEDIATE`

func (f *sqliteFile) finish(w *writer, b *batch) (commit, error) {
	if err := b.tx.flush(); err != nil {
		return commit{}, fmt.Errorf("%w: %w", errApart, err)
	}
	c, err := b.last()
	if err != nil {
		return c, err
	}
	if err := w.exec(`COMMIT`); err != nil {
		return c, &uncommitted{err}
	}
	return c, nil
}

func (f *sqliteFile) bounded() (context.Context, context.CancelFunc) {
	return context.Background(), func() {} // a file always answers
}

func (f *sqliteFile) again(error) bool { return false } // begin has waited

// settings are those of the connection that writes, as they were read back when it was made. Nobody can change them.
func (f *sqliteFile) settings(_ context.Context, q querier) ([]Setting, error) {
	var version text
	err := q.row(`SELECT sqlite_version()`, nil, &version)
	return []Setting{{"sqlite_version", string(version)}, {"journal_mode", f.journal}, {"synchronous", f.synchronous}}, err
}

// durable reads back what [writerDSN] asked for: a file system on which SQLite cannot share memory silently gets another journal.
func (f *sqliteFile) durable(ctx context.Context, conn *sql.Conn) error {
	for _, set := range []string{fmt.Sprintf(`PRAGMA journal_size_limit = %d`, walLimit), `PRAGMA temp_store = MEMORY`, fmt.Sprintf(`PRAGMA wal_autocheckpoint = %d`, checkpointPages)} {
		if _, err := conn.ExecContext(ctx, set); err != nil {
			return err
		}
	}
	for _, want := range []struct {
		pragma, value string
		got           *string
	}{{"journal_mode", "wal", &f.journal}, {"synchronous", "2", &f.synchronous}} {
		if err := conn.QueryRowContext(ctx, "PRAGMA "+want.pragma).Scan(want.got); err != nil {
			return err
		}
		if *want.got != want.value {
			return &unfit{fmt.Sprintf("%s is %s and not %s: commits would not survive a crash here", want.pragma, *want.got, want.value)}
		}
	}
	return nil
}

// over puts gorm over connections. Statements are prepared once.
func (f *sqliteFile) over(pool gorm.ConnPool) (*gorm.DB, error) {
	return gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), &gorm.Config{
		PrepareStmt: true,
		// The longest that gorm knows: with any other it starts a goroutine that never ends.
		PrepareStmtTTL:         10 * 365 * 24 * time.Hour,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	})
}
