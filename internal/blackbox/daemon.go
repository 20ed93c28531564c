//go:build linux

package blackbox

import (
	"context"
	"fmt"
	"regexp"
	"sync"
)

// Daemon is one `introspectd serve`, behind a link.
type Daemon struct {
	Label string // A, B, C
	Link  *Link  // the clients' way to it
	// Store is its way to the database, when that is reached over a network; else nil.
	Store *Link

	in   *Installation
	door *door

	mu      sync.Mutex
	process *Process // guarded by mu; nil before the first start
}

var readyLine = regexp.MustCompile(`introspectd is ready on http://(\S+) `)

// Start starts a process and returns when it serves.
func (d *Daemon) Start(ctx context.Context) error {
	process, address, err := Launch(ctx, readyLine, d.in.program, append([]string{
		"serve", "--listen", "127.0.0.1:0", "--database", d.in.databaseFor(d), "--key-file", d.in.keyFile, "--issuer", d.in.Issuer,
		"--lease", d.in.Lease.String(), "--log-level", "warn", "--log-format", "json", "--audit-log", "/dev/null", "--shutdown-delay", "0s", "--jwt-ttl", "5m",
	}, d.in.serve...)...)
	if err != nil {
		return fmt.Errorf("start daemon %s: %w", d.Label, err)
	}
	d.in.Note("%s was started", d.Label)
	d.mu.Lock()
	d.process = process
	d.mu.Unlock()
	d.Link.Lead(address)
	return nil
}

// Kill ends the process at once.
func (d *Daemon) Kill() error {
	d.in.Note("%s is killed", d.Label)
	return d.Process().Kill()
}

// Stop gives the process no time.
func (d *Daemon) Stop() error {
	err := d.Process().Stop()
	d.in.Note("%s was stopped", d.Label)
	return err
}

// Continue gives it time again.
func (d *Daemon) Continue() error {
	d.in.Note("%s goes on", d.Label)
	return d.Process().Continue()
}

// Process is the one that was started last.
func (d *Daemon) Process() *Process {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.process
}
