package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// Setting is one of the database's own, as it is in force.
type Setting struct{ Name, Value string }

// Unsafe reports whether commits may be lost with it, or read on their way.
func (s Setting) Unsafe() bool {
	switch s.Name {
	case "fsync", "full_page_writes":
		return s.Value != "on"
	case "synchronous_commit":
		return s.Value != "on" && s.Value != "remote_apply" && s.Value != "remote_write"
	case connection:
		return s.Value == inClear
	}
	return false
}

// How the server is reached, which is no setting of its own.
const (
	connection = "connection"
	inClear    = "without TLS"
)

// Settings reads what commits of this database rest on.
func (s *Store) Settings(ctx context.Context) ([]Setting, error) {
	var list []Setting
	err := s.ask(ctx, "read settings", func(db *gorm.DB) (err error) {
		list, err = s.engine.settings(ctx, overGorm{db})
		return err
	})
	return list, err
}

// shown is what an operator wants to see.
var shown = []string{"server_version", "synchronous_commit", "synchronous_standby_names", "fsync", "full_page_writes"}

func (p *postgres) settings(_ context.Context, q querier) ([]Setting, error) {
	var list []Setting
	for _, name := range shown {
		var value text
		if err := q.row(`SELECT current_setting(?)`, []any{name}, &value); err != nil {
			return nil, err
		}
		list = append(list, Setting{name, string(value)})
	}
	return append(list, Setting{connection, p.reached()}), nil
}

func (p *postgres) reached() string {
	switch {
	case inTheClear(p.config):
		return inClear
	case p.config.TLSConfig == nil:
		return "local"
	}
	return "TLS"
}

// oldest is the oldest version whose server notices by itself that the other end of a connection is gone.
const oldest = 14_00_00

// primary refuses a server that may lose what it has confirmed, or that only follows another: it would answer as of some time ago (pitfall P5).
func (p *postgres) primary(ctx context.Context, conn *pgx.Conn) error {
	err := p.judge(ctx, conn)
	if err != nil {
		_ = conn.Close(ctx)
	}
	return err
}

func (p *postgres) judge(ctx context.Context, conn *pgx.Conn) error {
	var version, encoding, sync, fsync, pages, strings string
	var replica bool
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('synchronous_commit'),
 current_setting('fsync'), current_setting('full_page_writes'), current_setting('standard_conforming_strings'), pg_catalog.pg_is_in_recovery()`).
		Scan(&version, &encoding, &sync, &fsync, &pages, &strings, &replica)
	if err != nil {
		return err
	}
	if err := p.verdict(version, encoding, strings, replica); err != nil || p.unsafe {
		return err
	}
	for _, s := range []Setting{{"fsync", fsync}, {"full_page_writes", pages}, {"synchronous_commit", sync}} {
		if s.Unsafe() {
			return &risky{unfit{"has " + s.Name + " = " + s.Value + ": commits would not survive a crash"}}
		}
	}
	return nil
}

func (p *postgres) verdict(version, encoding, strings string, replica bool) error {
	if err := follower(replica); err != nil {
		return err
	}
	number, _ := strconv.Atoi(version)
	switch {
	case number < oldest:
		return &unfit{fmt.Sprintf("is of version %d, and the oldest that will do is %d", number/10000, oldest/10000)}
	case encoding != "UTF8":
		return &unfit{"has the encoding " + encoding + "; make a database with UTF8"}
	case strings != "on":
		return &unfit{"has standard_conforming_strings = " + strings + "; it has to be on"}
	}
	return nil
}

// writing sets what keeps a silent process from keeping others waiting (pitfall P39). Each is for one way of falling silent: between two
// statements, behind somebody's lock, in a statement, and with the wire cut.
func (p *postgres) writing(ctx context.Context, conn *pgx.Conn) error {
	limit := ms(p.limit)
	return p.set(ctx, conn, map[string]string{
		"default_transaction_isolation":       "read committed", // a statement sees what was committed while it waited for a lock
		"default_transaction_read_only":       "off",
		"idle_in_transaction_session_timeout": limit,
		"lock_timeout":                        limit,
		"statement_timeout":                   ms(slowest),
		"transaction_timeout":                 ms(slowest), // since version 17
		"client_connection_check_interval":    limit,
		"tcp_user_timeout":                    limit,
		"tcp_keepalives_idle":                 "1",
		"tcp_keepalives_interval":             "1",
		"tcp_keepalives_count":                "2",
	})
}

// reading makes a transaction one snapshot.
func (p *postgres) reading(ctx context.Context, conn *pgx.Conn) error {
	return p.set(ctx, conn, map[string]string{
		"default_transaction_isolation": "repeatable read",
		"default_transaction_read_only": "on",
		"statement_timeout":             ms(p.patience),
		"tcp_user_timeout":              ms(p.patience),
	})
}

// slowest bounds one statement that counts all sessions there are.
const slowest = time.Minute

func ms(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// set is for the length of the connection. What this version does not know is left out.
func (p *postgres) set(ctx context.Context, conn *pgx.Conn, values map[string]string) error {
	if err := p.primary(ctx, conn); err != nil {
		return err
	}
	var names, to []string
	for name, value := range values {
		names, to = append(names, name), append(to, value)
	}
	_, err := conn.Exec(ctx, `SELECT set_config(v.name, v.value, false) FROM unnest($1::text[], $2::text[]) AS v(name, value)
 WHERE v.name IN (SELECT s.name FROM pg_catalog.pg_settings s)`, names, to)
	if err != nil {
		_ = conn.Close(ctx)
	}
	return err
}
