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

const (
	driverName       = sqlite.DriverName
	gooseDialect     = goose.DialectSQLite3
	migrationsFolder = "migrations/sqlite"
)

const (
	readTimeout  = 5 * time.Second       // readers wait for nobody but a recovery or a closing process
	writeTimeout = 10 * time.Millisecond // SQLite's own waiting grows to 100 ms a step and would starve beside a busy process; we repeat it instead
	cacheKiB     = 16 << 10              // page cache of one connection
	walLimit     = 64 << 20              // bytes of write-ahead log left on the disk after a burst
	// A page that is written again before a checkpoint is copied once: eight times the default halves that work, for a log of 32 MB.
	checkpointPages = 4000
)

func plainDSN(c *Config) string {
	return dsn(c.DSN, url.Values{"_busy_timeout": {fmt.Sprint(c.Patience.Milliseconds())}})
}

func readerDSN(path string) string {
	return dsn(path, url.Values{"_query_only": {"1"}})
}

// writerDSN sets what makes a commit durable: in WAL mode only synchronous=FULL syncs the log at each commit.
func writerDSN(path string) string {
	return dsn(path, url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"1"},
		"_busy_timeout": {fmt.Sprint(writeTimeout.Milliseconds())},
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
	numberParam = `CAST(? AS INTEGER)`
)

const (
	beginWrite   = `BEGIN IMMEDIATE`
	listTables   = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	hasOurTable  = "head"
	versionTable = "schema_version"
)

// durable reads back what [writerDSN] asked for: a file system on which SQLite cannot share memory silently gets another journal.
func durable(ctx context.Context, conn *sql.Conn) error {
	for _, set := range []string{fmt.Sprintf(`PRAGMA journal_size_limit = %d`, walLimit), `PRAGMA temp_store = MEMORY`, fmt.Sprintf(`PRAGMA wal_autocheckpoint = %d`, checkpointPages)} {
		if _, err := conn.ExecContext(ctx, set); err != nil {
			return err
		}
	}
	for _, want := range []struct{ pragma, value string }{{"journal_mode", "wal"}, {"synchronous", "2"}} {
		var got string
		if err := conn.QueryRowContext(ctx, "PRAGMA "+want.pragma).Scan(&got); err != nil {
			return err
		}
		if got != want.value {
			return &unfit{fmt.Sprintf("%s is %s and not %s: commits would not survive a crash here", want.pragma, got, want.value)}
		}
	}
	return nil
}

// overPool puts gorm over connections. Statements are prepared once.
func overPool(pool gorm.ConnPool) (*gorm.DB, error) {
	return gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), &gorm.Config{
		PrepareStmt: true,
		// The longest that gorm knows: with any other it starts a goroutine that never ends.
		PrepareStmtTTL:         10 * 365 * 24 * time.Hour,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard,
	})
}
