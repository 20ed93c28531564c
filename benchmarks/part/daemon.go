package part

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
)

// DaemonTask is how a daemon is to run. What is not said is as "introspectd serve" has it.
type DaemonTask struct {
	Database string // DSN
	KeyFile  string // "": beside the database
	Listen   string
	Entries  int // that the cache holds
	JWTTTL   time.Duration
}

func (t *DaemonTask) settings() config.Settings {
	s := config.Defaults()
	s.Database, s.KeyFile, s.Listen, s.CacheEntries = config.ParseDSN(t.Database), t.KeyFile, t.Listen, t.Entries
	s.ShutdownDelay = 0
	if t.JWTTTL > 0 {
		s.JWTTTL = t.JWTTTL
	}
	return s
}

// daemonPart is the daemon itself, wired as the introspectd program wires it.
func daemonPart(ctx context.Context, stdin io.Reader, stderr io.Writer) error {
	var t DaemonTask
	if err := read(stdin, &t); err != nil {
		return err
	}
	d, err := daemon.New(ctx, daemon.Config{Settings: t.settings(), Stderr: stderr, NoColor: true})
	if err != nil {
		return err
	}
	return d.Run(ctx, func() { _, _ = fmt.Fprintf(stderr, "introspectd%s%s\n", Ready, strings.TrimPrefix(d.URL(), "http://")) })
}
