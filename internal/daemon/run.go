package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// drain is how long calls in flight get at shutdown: as long as the longest change.
const drain = 10 * time.Second

// Run owns every goroutine of the daemon and the order of stopping: unready, stop listening, drain, stop what runs in the background,
// close the cache, close the store. Ready is called once it answers. It returns when all have ended; an error is that of the first that ended by itself.
func (d *Daemon) Run(ctx context.Context, ready func()) error {
	// What runs in the background serves the calls in flight, so it outlives ctx.
	background, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var running sync.WaitGroup
	start := func(name string, loop func(context.Context) error) {
		running.Go(func() {
			err := loop(background)
			switch {
			case background.Err() == nil:
				stop(fmt.Errorf("%s ended by itself: %w", name, errors.Join(err, errEnded)))
			case err != nil:
				d.log.Warn("while stopping", "what", name, "error", err)
			}
		})
	}
	start("following the revocation log", d.node.Run)
	start("listening for hints", func(ctx context.Context) error { return d.store.Hints(ctx, d.node.Hurry, d.node.Acknowledged) })
	start("refreshing the signing keys", d.signing.Run)
	start("recording uses", func(ctx context.Context) error { return d.uses.Run(ctx, d.usesLost) })
	start("removing expired rows", (&sweeper{d.store, d.settings.SweepInterval, d.metrics, d.log}).Run)
	start("reloading", d.reloadOnHangup)
	start("keeping the heap in proportion", keeper{heapEvery, d.log}.Run)
	if d.pair != nil {
		start("watching the certificate", func(ctx context.Context) error { return d.pair.Run(ctx, d.certificateChanged) })
	}

	err := d.first(background)
	if err == nil {
		for _, door := range d.doors {
			running.Go(func() {
				if err := door.serve(); err != nil {
					stop(err)
				}
			})
		}
		d.api.SetReady(true)
		ready()
		select {
		case <-ctx.Done():
			d.log.Info("stopping")
		case <-background.Done():
			err = context.Cause(background)
		}
		d.shut(background)
	}
	stop(nil)
	running.Wait()
	return errors.Join(err, d.Close())
}

var errEnded = errors.New("it runs as long as the daemon does")

// first waits until the log and the signing keys have been read once: from then on there is something to believe.
func (d *Daemon) first(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drain)
	defer cancel()
	err := d.node.Renewed(ctx)
	for errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = d.node.Renewed(ctx) // a slow disk or a busy machine: one renewal took longer than the lease
	}
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	// With the wrong server keys nothing is written over the signing keys that cannot be opened, and nothing is served.
	if err := d.signing.refresh(ctx, time.Time{}, 0); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := d.store.SetIssuer(ctx, d.settings.IssuerFor(d.listener.Addr().String())); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if other := OtherAlgorithm(d.signing.Ring, d.settings, time.Now()); other != "" {
		d.log.Warn("signing-alg takes hold with the next rotation of the signing keys", "signing-alg", d.settings.SigningAlg, "signs", string(other))
	}
	return nil
}

// shut says unready first, so that whoever spreads the load sends no more, then closes the doors and waits for who is inside.
func (d *Daemon) shut(background context.Context) {
	d.api.SetReady(false)
	select {
	case <-time.After(d.settings.ShutdownDelay):
	case <-background.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(background), drain)
	defer cancel()
	var closing sync.WaitGroup
	for _, door := range d.doors {
		closing.Go(func() {
			if err := door.server.Shutdown(ctx); err != nil {
				d.log.Warn("calls in flight were cut off", "after", drain, "error", err)
				_ = door.server.Close()
			}
		})
	}
	closing.Wait()
}

func (d *Daemon) usesLost(err error) { d.log.Warn("record last uses", "error", err) }

func (d *Daemon) certificateChanged(err error) {
	if err != nil {
		d.log.Error("the new certificate is not used, the old one stays", "error", err)
		return
	}
	d.log.Info("the certificate was read again", "file", d.settings.TLSCert)
}
