// Package tlsfile serves a certificate from two files and reads them again when they change.
//
// Guarantees:
//   - A certificate is replaced by a complete new one or not at all: files that do not fit together, are half written or have gone leave
//     the old certificate in use, and that is reported once per change.
//   - Connections are TLS 1.2 or later.
//
// It refuses to start without a certificate that fits its key.
package tlsfile

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Pair is a certificate chain and its key, in files.
type Pair struct {
	cert, key string
	current   atomic.Pointer[tls.Certificate]

	mu   sync.Mutex
	seen [2]stamp // guarded by mu: what the files looked like when they were last read
}

// stamp tells a changed file from an unchanged one.
type stamp struct {
	modified time.Time
	size     int64
	there    bool
}

// every is the time between looks at the files; a certificate is renewed days before its end.
const every = time.Second

// Open reads the pair.
func Open(cert, key string) (*Pair, error) {
	p := &Pair{cert: cert, key: key}
	if err := p.Reload(); err != nil {
		return nil, err
	}
	return p, nil
}

// Reload reads the files now. When it fails the old certificate stays.
func (p *Pair) Reload() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = p.look() // before they are read: what changes in between is read again
	c, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return fmt.Errorf("certificate %s with key %s: %w", p.cert, p.key, err)
	}
	p.current.Store(&c)
	return nil
}

func (p *Pair) look() (out [2]stamp) {
	for i, path := range []string{p.cert, p.key} {
		if info, err := os.Stat(path); err == nil {
			out[i] = stamp{info.ModTime(), info.Size(), true}
		}
	}
	return out
}

func (p *Pair) changed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.look() != p.seen
}

// Config is for a server that presents the certificate as it is at each handshake.
func (p *Pair) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return p.current.Load(), nil
		},
	}
}

// Run reads the files when they change, until ctx ends. Report is told of each change: nil when it was taken.
func (p *Pair) Run(ctx context.Context, report func(error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if p.changed() {
				report(p.Reload())
			}
		}
	}
}
