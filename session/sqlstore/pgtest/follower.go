package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// Follower is a server that replays what a cluster writes, and answers those who only read.
type Follower struct {
	*Cluster
	of *Cluster
}

// Follow starts a follower of a cluster that [Start] made, on a copy of it. Stop it before the cluster.
func (c *Cluster) Follow() (_ *Follower, err error) {
	copying, err := program("pg_basebackup")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "introspectd-postgres-")
	if err != nil {
		return nil, err
	}
	f := &Follower{&Cluster{dir: dir}, c}
	defer func() {
		if err != nil {
			f.Stop()
		}
	}()
	if f.who, err = owner(dir); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	cmd := exec.Command(copying, "-D", data, "-d", c.url, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	cmd.Dir, cmd.SysProcAttr = dir, f.who
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pg_basebackup: %w\n%s", err, said)
	}
	port, err := f.freePort()
	if err != nil {
		return nil, err
	}
	f.args = serving(c.args[2], dir, port)
	f.url = urlAt(port)
	return f, f.run()
}

// Hold waits until the follower has replayed all that has been written, and has it replay nothing more.
func (f *Follower) Hold(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var written string
	if err := f.of.ask(ctx, `SELECT CAST(pg_current_wal_lsn() AS TEXT)`, nil, &written); err != nil {
		return err
	}
	if err := f.until(ctx, `SELECT pg_last_wal_replay_lsn() >= CAST($1 AS pg_lsn)`, written); err != nil {
		return fmt.Errorf("follow to %s: %w", written, err)
	}
	if err := Run(ctx, f.url, `SELECT pg_wal_replay_pause()`); err != nil {
		return err
	}
	return f.until(ctx, `SELECT pg_get_wal_replay_pause_state() = 'paused'`)
}

// Release has it replay again.
func (f *Follower) Release(ctx context.Context) error {
	return Run(ctx, f.url, `SELECT pg_wal_replay_resume()`)
}

// until asks again and again whether something is so.
func (f *Follower) until(ctx context.Context, query string, args ...any) error {
	for {
		var so bool
		if err := f.ask(ctx, query, args, &so); err != nil || so {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// ask reads one value, on a connection of its own.
func (c *Cluster) ask(ctx context.Context, query string, args []any, into any) error {
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return conn.QueryRow(ctx, query, args...).Scan(into)
}

// Address is where the server listens.
func (c *Cluster) Address() (string, error) {
	config, err := pgx.ParseConfig(c.url)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s:%d", config.Host, config.Port), nil
}
