package daemon

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/introspectd/introspectd/internal/telemetry"
)

// reloadOnHangup reads certificate and log level again at SIGHUP: both or neither. Clients and audiences need no signal.
func (d *Daemon) reloadOnHangup(ctx context.Context) error {
	hangup := make(chan os.Signal, 1) // one waiting reload serves all that were asked for meanwhile
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
		}
		if err := d.reloadNow(); err != nil {
			d.log.Error("nothing was reloaded", "error", err)
			continue
		}
		d.log.Info("reloaded certificate and log level")
	}
}

func (d *Daemon) reloadNow() error {
	if d.cfg.Reload == nil {
		return nil
	}
	s, err := d.cfg.Reload()
	if err != nil {
		return err
	}
	level, err := telemetry.Level(s.LogLevel)
	if err != nil {
		return err
	}
	if d.pair != nil {
		if err := d.pair.Reload(); err != nil {
			return err
		}
	}
	d.level.Set(level)
	return nil
}
