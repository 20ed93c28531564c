package daemon

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/introspectd/introspectd/internal/config"
)

func settings(t *testing.T) config.Settings {
	t.Helper()
	s := config.Defaults()
	s.Listen, s.Database = "127.0.0.1:0", config.ParseDSN(filepath.Join(t.TempDir(), "x.db"))
	return s
}

func TestADoorThatBreaksEndsTheDaemonWithAnError(t *testing.T) {
	defer goleak.VerifyNone(t)
	d, err := New(t.Context(), Config{Settings: settings(t), Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Run(t.Context(), func() { d.listener.Close() })
	if err == nil || !strings.Contains(err.Error(), "serve on 127.0.0.1:") {
		t.Errorf("Run = %v, want an error about the door", err)
	}
}

func TestADaemonThatNeverRunsCloses(t *testing.T) {
	defer goleak.VerifyNone(t)
	d, err := New(t.Context(), Config{Settings: settings(t), Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestADatabaseThatFailsAtStartEndsTheDaemonWithAnError(t *testing.T) {
	defer goleak.VerifyNone(t)
	d, err := New(t.Context(), Config{Settings: settings(t), Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	err = d.Run(t.Context(), func() { t.Error("ready without a database") })
	if err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want an error about the database", err)
	}
}

func TestReloadingIsAllOrNothing(t *testing.T) {
	s := settings(t)
	var next config.Settings
	var fail error
	d, err := New(t.Context(), Config{Settings: s, Stderr: io.Discard, Reload: func() (config.Settings, error) { return next, fail }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	before := d.level.Level()
	next = s
	next.LogLevel = "debug"
	fail = errors.New("bad file")
	if err := d.reloadNow(); !errors.Is(err, fail) || d.level.Level() != before {
		t.Errorf("reload = %v with level %v, want %v and no change", err, d.level.Level(), fail)
	}
	fail = nil
	if err := d.reloadNow(); err != nil || d.level.Level() == before {
		t.Errorf("reload = %v with level %v, want a change", err, d.level.Level())
	}
}
