package part

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/introspectd/introspectd/benchmarks/floor"
	"github.com/introspectd/introspectd/benchmarks/service"
	"github.com/introspectd/introspectd/session"
)

// FloorTask names the one client of the floor.
type FloorTask struct{ Client, Password string }

func floorPart(ctx context.Context, stdin io.Reader, stderr io.Writer) error {
	var t FloorTask
	if err := read(stdin, &t); err != nil {
		return err
	}
	l, err := listen("floor", stderr)
	if err != nil {
		return err
	}
	return floor.Serve(ctx, l, floor.Handler(t.Client, session.Present(t.Password)))
}

func servicePart(ctx context.Context, stdin io.Reader, stderr io.Writer) error {
	var c service.Config
	if err := read(stdin, &c); err != nil {
		return err
	}
	s, err := service.New(ctx, c)
	if err != nil {
		return err
	}
	l, err := listen("service", stderr)
	if err != nil {
		return err
	}
	return s.Run(ctx, l)
}

// listen says where before anybody answers: who connects waits.
func listen(what string, stderr io.Writer) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(stderr, "%s%s%s\n", what, Ready, l.Addr())
	return l, err
}
