package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/introspectd/introspectd/internal/tlsfile"
)

// door is a listener and what serves on it.
type door struct {
	listener net.Listener
	server   *http.Server
	pair     *tlsfile.Pair // nil: plain HTTP
}

// listen takes an address. It is the first thing that starting does: a second daemon by mistake touches nothing.
func listen(address, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: the address is in use: stop what uses it, or choose another with --%s", address, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// newDoor bounds what one connection can take: time for its header and body, and memory.
func newDoor(l net.Listener, h http.Handler, pair *tlsfile.Pair, log *slog.Logger) *door {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second, // the largest body is 64 KiB
		WriteTimeout:      30 * time.Second, // three times the longest change
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what strangers do to a handshake
	}
	if pair != nil {
		s.TLSConfig = pair.Config()
	}
	return &door{l, s, pair}
}

// serve returns nil when the door was shut.
func (d *door) serve() error {
	var err error
	if d.pair != nil {
		err = d.server.ServeTLS(d.listener, "", "")
	} else {
		err = d.server.Serve(d.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", d.listener.Addr(), err)
}
