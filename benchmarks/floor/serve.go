package floor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// server has the settings of the daemon's, which a test compares: each timeout is a timer that a request pays for.
func server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

// Serve serves a handler until ctx ends.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	s := server(h)
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { stopped <- s.Close() })
	err := s.Serve(l)
	if !stop() {
		err = errors.Join(<-stopped, errUnlessClosed(err))
	}
	if err != nil {
		return fmt.Errorf("serve the floor: %w", err)
	}
	return nil
}

func errUnlessClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
