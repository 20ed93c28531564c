package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/introspectd/introspectd/session"
)

// What is registered in every database of a run.
const (
	audience    = "orders"
	scope       = "orders:read orders:write"
	apiClient   = "orders-api" // asks
	loginClient = "web"        // opens and ends sessions
)

const module = "github.com/introspectd/introspectd"

// build makes the daemon of this checkout.
func (b *bench) build(ctx context.Context) error {
	b.tell("building the daemon")
	b.binary = filepath.Join(b.work, "introspectd")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", b.binary, module+"/cmd/introspectd").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build introspectd: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// database is a file of the daemon's, with what is registered in it.
type database struct {
	path       string
	api, login string // Authorization header lines
}

// register makes a database as an operator would.
func (b *bench) register(ctx context.Context, name string) (database, error) {
	d := database{path: filepath.Join(b.work, name+".db")}
	if _, err := b.command(ctx, d.path, "audience", "add", audience, "--scope", scope, "--caller", loginClient); err != nil {
		return d, err
	}
	var err error
	if d.login, err = b.client(ctx, d.path, loginClient, "--role", "login"); err != nil {
		return d, err
	}
	d.api, err = b.client(ctx, d.path, apiClient, "--role", "api", "--audience", audience)
	return d, err
}

func (b *bench) client(ctx context.Context, path, id string, flags ...string) (string, error) {
	out, err := b.command(ctx, path, append([]string{"client", "add", id}, flags...)...)
	if err != nil {
		return "", err
	}
	var made map[string]string
	if err := json.Unmarshal(out, &made); err != nil || made["client_secret"] == "" {
		return "", fmt.Errorf("client add %s printed no client_secret", id)
	}
	return basic(id, session.Present(made["client_secret"])), nil
}

// basic is a header line. Ids and generated passwords need no form-encoding (RFC 6749 §2.3.1).
func basic(id string, password session.Handle) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+password.Reveal()))
}

func (b *bench) command(ctx context.Context, database string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, b.binary, append([]string{"--database", database}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = b.work, bare(os.Environ()), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("introspectd %s: %w: %s", args[0], err, lastLine(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// serve starts a daemon on a database. Entries is what its cache holds.
func (b *bench) serve(ctx context.Context, d database, entries int) (*server, error) {
	s, err := b.start(ctx, nil, b.binary, "serve", "--database", d.path, "--listen", "127.0.0.1:0",
		"--cache-entries", strconv.Itoa(entries), "--shutdown-delay", "0s")
	if err != nil {
		return nil, fmt.Errorf("introspectd serve: %w", err)
	}
	if _, err := s.get(ctx, "/readyz"); err != nil {
		return nil, fmt.Errorf("introspectd serve: %w", err)
	}
	return s, nil
}

// metric sums the samples of a metric whose labels contain a text, from a page in Prometheus' text format.
func metric(page, name, label string) (float64, bool) {
	sum, found := 0.0, false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		end := strings.LastIndexByte(line, ' ') // labels have spaces too
		if end < 0 {
			continue
		}
		base, labels, _ := strings.Cut(line[:end], "{")
		if base != name || !strings.Contains(labels, label) {
			continue
		}
		v, err := strconv.ParseFloat(line[end+1:], 64)
		if err != nil {
			continue
		}
		sum, found = sum+v, true
	}
	return sum, found
}
