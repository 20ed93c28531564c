// Package pgtest gives tests a PostgreSQL of their own: the one that INTROSPECTD_TEST_POSTGRES names, else a throw-away cluster where initdb is
// installed. For tests only.
//
// Guarantees:
//   - A cluster listens on a loopback address alone, syncs as one in production does, and ends with the test binary, however that ends.
//   - Each database is empty and nobody else's.
//   - Without PostgreSQL a test is skipped out loud, or fails when INTROSPECTD_TEST_ALL is set.
//
// It refuses to run as root: there it runs the cluster as the user postgres or nobody.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a running server.
type Cluster struct {
	url     string // of the database that every server has
	dir     string
	args    []string // of the keeper
	who     *syscall.SysProcAttr
	keeper  *exec.Cmd
	breath  io.Closer // while it is open, the keeper lets the server run
	kept    io.Closer // what keeps other tests from the server's port
	numbers atomic.Int64
}

// ErrMissing means that PostgreSQL is not installed here.
var ErrMissing = errors.New("there is no initdb on this machine: install postgresql, or name a server in INTROSPECTD_TEST_POSTGRES")

// keep runs the server, and ends it when nobody holds the other end of its input any more.
const keep = `"$0" "$@" & server=$!
cat > /dev/null
kill -INT $server
wait $server`

// Start makes a cluster and runs it. Settings are like "fsync=off".
func Start(settings ...string) (*Cluster, error) { return start(false, settings) }

// StartStandby is Start for a server that only follows another, which is not there.
func StartStandby(settings ...string) (*Cluster, error) { return start(true, settings) }

func start(standby bool, settings []string) (_ *Cluster, err error) {
	initdb, err := program("initdb")
	if err != nil {
		return nil, err
	}
	server, err := program("postgres")
	if err != nil {
		return nil, err
	}
	// Not the directory of one test: another user has to be able to enter it.
	dir, err := os.MkdirTemp("", "introspectd-postgres-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir}
	defer func() {
		if err != nil {
			c.Stop()
		}
	}()
	who, err := owner(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	making := exec.Command(initdb, "-D", data, "-U", "introspectd", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
	making.Dir, making.SysProcAttr = dir, who
	if said, err := making.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, said)
	}
	if standby {
		if err := os.WriteFile(filepath.Join(data, "standby.signal"), nil, 0o644); err != nil {
			return nil, err
		}
	}
	port, err := c.freePort()
	if err != nil {
		return nil, err
	}
	args := serving(server, dir, port)
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	c.args, c.who = args, who
	c.url = urlAt(port)
	return c, c.run()
}

// serving are the keeper's arguments.
func serving(server, dir string, port int) []string {
	return []string{
		"-c", keep, server, "-D", filepath.Join(dir, "data"), "-c", "listen_addresses=127.0.0.1", "-c", "port=" + strconv.Itoa(port),
		"-c", "unix_socket_directories=" + dir, "-c", "max_connections=200", "-c", "logging_collector=off",
	}
}

func urlAt(port int) string {
	return fmt.Sprintf("postgres://introspectd@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// run starts the server, and waits for its first answer.
func (c *Cluster) run() error {
	c.keeper = exec.Command("/bin/sh", c.args...)
	c.keeper.Dir, c.keeper.SysProcAttr = c.dir, c.who
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	c.keeper.Stdout, c.keeper.Stderr = log, log
	if c.breath, err = c.keeper.StdinPipe(); err != nil {
		return err
	}
	if err := c.keeper.Start(); err != nil {
		return err
	}
	return c.wait()
}

// wait is for the first answer.
func (c *Cluster) wait() error {
	const startup = 30 * time.Second
	for until := time.Now().Add(startup); ; time.Sleep(20 * time.Millisecond) {
		err := Run(context.Background(), c.url, "SELECT 1")
		if err == nil || time.Now().After(until) {
			return err
		}
	}
}

// URL is that of the database that every server has.
func (c *Cluster) URL() string { return c.url }

// Run runs statements one after another on a connection of their own, for at most a minute.
func Run(ctx context.Context, url string, statements ...string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Create makes a database, and gives its URL.
func (c *Cluster) Create() (url, name string, err error) {
	name = fmt.Sprintf("test_%d_%d", os.Getpid(), c.numbers.Add(1))
	if err := Run(context.Background(), c.url, "CREATE DATABASE "+name); err != nil {
		return "", "", err
	}
	config, err := pgx.ParseConfig(c.url)
	if err != nil {
		return "", "", err
	}
	return strings.Replace(c.url, "/"+config.Database, "/"+name, 1), name, nil
}

// Drop removes a database, whoever is connected to it.
func (c *Cluster) Drop(name string) error {
	return Run(context.Background(), c.url, "DROP DATABASE "+name+" WITH (FORCE)")
}

// PID is the server's first process.
func (c *Cluster) PID() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}

// Stop ends the server, waits for that, and removes what it kept.
func (c *Cluster) Stop() {
	if c.breath != nil {
		_ = c.breath.Close()
	}
	if c.keeper != nil && c.keeper.Process != nil {
		_ = c.keeper.Wait()
	}
	if c.kept != nil {
		_ = c.kept.Close()
	}
	_ = os.RemoveAll(c.dir)
}

// program finds one that belongs to PostgreSQL, which Debian keeps out of the way.
func program(name string) (string, error) {
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); err == nil && len(found) > 0 {
		return found[len(found)-1], nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", ErrMissing
	}
	return path, nil
}

// freePort is one that nobody listens on, below those that a system hands out by itself. Until Stop the UDP port of that number is kept, by which
// other tests know that it is taken.
func (c *Cluster) freePort() (int, error) {
	const first, last = 20_000, 32_000
	for range 1000 {
		port := first + rand.IntN(last-first)
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		kept, busy := net.ListenPacket("udp", address)
		if busy != nil {
			continue
		}
		l, busy := net.Listen("tcp", address)
		if busy != nil {
			_ = kept.Close()
			continue
		}
		c.kept = kept
		return port, l.Close()
	}
	return 0, errors.New("no port is free")
}
