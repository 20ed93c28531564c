package sqlstore

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	gooselock "github.com/pressly/goose/v3/lock"
	driver "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// What is particular to PostgreSQL, beside its migrations and its error codes, is in the files named after it. The statements elsewhere are
// common SQL.

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// postgres is a database that other machines write to as well.
type postgres struct {
	config   *pgx.ConnConfig
	limit    time.Duration
	patience time.Duration
	unsafe   bool

	warned sync.Map // *pgconn.PgConn that is watched to the first warning that it gave
}

// connectTimeout bounds one attempt: a server that is there answers within milliseconds.
const connectTimeout = 5 * time.Second

func newPostgres(c *Config) (*postgres, error) {
	config, err := parsePostgres(c.DSN, c.AllowUnsafe)
	if err != nil {
		return nil, err
	}
	p := &postgres{config: config, limit: c.Limit, patience: c.Patience, unsafe: c.AllowUnsafe}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > connectTimeout {
		config.ConnectTimeout = connectTimeout
	}
	dialer := &net.Dialer{Timeout: config.ConnectTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: time.Second, Interval: time.Second, Count: 3, // the other end may vanish without a word
	}}
	config.DialFunc = dialer.DialContext
	config.OnNotice = p.notice
	return p, nil
}

// parsePostgres reads the URL. Its own words are all that an error says: the URL has a password in it.
func parsePostgres(dsn string, unsafe bool) (*pgx.ConnConfig, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, errors.New("the database's URL cannot be read: special characters in the password have to be written as %XX")
	}
	chosen := u.Query().Get("sslmode") != "" || os.Getenv("PGSSLMODE") != ""
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the database's URL has a parameter that PostgreSQL does not know, or a value that does not fit")
	}
	if unsafe || !inTheClear(config) {
		return config, nil
	}
	if chosen {
		return nil, &risky{unfit{nameOf(config) + " would be reached over the network without TLS, or with TLS only if the other end likes: sslmode has to be verify-full, verify-ca or require"}}
	}
	q := u.Query()
	q.Set("sslmode", "require")
	u.RawQuery = q.Encode()
	if config, err = pgx.ParseConfig(u.String()); err != nil {
		return nil, errors.New("the database's URL does not allow for TLS")
	}
	return config, nil
}

// inTheClear reports whether a password or a row could cross a network without TLS.
func inTheClear(c *pgx.ConnConfig) bool {
	clear := func(host string, tls *tls.Config) bool { return tls == nil && !local(host) }
	if clear(c.Host, c.TLSConfig) {
		return true
	}
	for _, f := range c.Fallbacks {
		if clear(f.Host, f.TLSConfig) {
			return true
		}
	}
	return false
}

func local(host string) bool {
	if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func nameOf(c *pgx.ConnConfig) string {
	host := c.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, fmt.Sprint(c.Port))
	}
	return "postgres://" + host + "/" + c.Database
}

func (p *postgres) String() string       { return nameOf(p.config) }
func (p *postgres) there() (bool, error) { return true, nil } // whoever connects finds out
func (p *postgres) create() error        { return nil }

func (p *postgres) layout() *layout { return postgresLayout }

func (p *postgres) tables() string {
	return `SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()`
}

// dialect has the migrations run under a lock of the session: many processes may start at once. The lock is asked for each second, for a
// minute.
func (p *postgres) dialect() (goose.Dialect, string, []goose.ProviderOption, error) {
	locker, err := gooselock.NewPostgresSessionLocker(gooselock.WithLockID(lockOn(true, "migrations", "").key), gooselock.WithLockTimeout(1, 60))
	return goose.DialectPostgres, "migrations/postgres", []goose.ProviderOption{goose.WithSessionLocker(locker)}, err
}

func (p *postgres) schemaPool() (*sql.DB, error) { return p.plainPool(), nil }

func (p *postgres) migrationPool() (*sql.DB, error) { return p.plainPool(), nil }

// plainPool takes statements as they are.
func (p *postgres) plainPool() *sql.DB {
	return stdlib.OpenDB(*p.config, stdlib.OptionAfterConnect(p.primary))
}

func (p *postgres) writePool() (*sql.DB, error) {
	return sql.OpenDB(&connector{stdlib.GetConnector(*p.config, stdlib.OptionAfterConnect(p.writing))}), nil
}

func (p *postgres) readPool() (*sql.DB, error) {
	return sql.OpenDB(&connector{stdlib.GetConnector(*p.config, stdlib.OptionAfterConnect(p.reading))}), nil
}

// durable has been seen to when the connection was made.
func (p *postgres) durable(context.Context, *sql.Conn) error { return nil }

// over puts gorm over connections. The driver prepares statements by itself.
func (p *postgres) over(pool gorm.ConnPool) (*gorm.DB, error) {
	return gorm.Open(driver.New(driver.Config{Conn: pool}), &gorm.Config{
		SkipDefaultTransaction: true, DisableAutomaticPing: true, Logger: logger.Discard,
	})
}

func (p *postgres) bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), p.patience)
}

func (p *postgres) again(err error) bool {
	var unknown *uncommitted
	return !errors.As(err, &unknown) && busy(err)
}

// watch has warnings remembered from here to [postgres.warning]. One that comes with a commit says that it happened here and perhaps not on the
// standby.
func (p *postgres) watch(conn *pgx.Conn) { p.warned.Store(conn.PgConn(), "") }

func (p *postgres) unwatch(conn *pgx.Conn) { p.warned.Delete(conn.PgConn()) }

func (p *postgres) notice(conn *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" {
		p.warned.CompareAndSwap(conn, "", n.Message) // of who is watched
	}
}

func (p *postgres) warning(conn *pgx.Conn) error {
	if said, _ := p.warned.LoadAndDelete(conn.PgConn()); said != "" && said != nil {
		return fmt.Errorf("the database warns: %v", said)
	}
	return nil
}
