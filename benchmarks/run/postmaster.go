package run

import (
	"context"
	"database/sql"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/internal/config"
)

// postmaster is the first process of a store's server, so that what the server uses is known beside what the daemon does. 0: the server is
// on another machine, or its processes are not to be seen from here.
func (b *bench) postmaster(ctx context.Context, store config.DSN) int {
	if store.Reveal() == sqlite || !near(store.Reveal()) {
		return 0
	}
	if pid, known := b.postmasters[store.Reveal()]; known {
		return pid
	}
	pid, err := starter(ctx, store)
	if err != nil {
		pid = 0
	}
	if b.postmasters == nil {
		b.postmasters = map[string]int{}
	}
	b.postmasters[store.Reveal()] = pid
	return pid
}

// near reports whether a server is on this machine: process ids of another one would be somebody else's here.
func near(dsn string) bool {
	u, err := url.Parse(dsn)
	if err != nil {
		return false
	}
	host := u.Hostname()
	if host == "" {
		host = u.Query().Get("host")
	}
	if host == "" || host == "localhost" || strings.HasPrefix(host, "/") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// starter asks the server for the process that answers a connection, and the system for who has started that.
func starter(ctx context.Context, store config.DSN) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	db, err := sql.Open(driver, store.Reveal())
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	var pid int
	if err := conn.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return 0, err
	}
	return process.Starter(pid, "postgres")
}
