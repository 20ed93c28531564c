package floor

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A floor with fewer timers or smaller buffers than the daemon would be a floor of something else.
func TestTheFloorHasTheDaemonsServerSettings(t *testing.T) {
	daemon := serverSettings(t, "../../internal/daemon/*.go")
	if len(daemon) == 0 {
		t.Fatal("found no http.Server in internal/daemon")
	}
	if diff := cmp.Diff(daemon, serverSettings(t, "serve.go")); diff != "" {
		t.Errorf("server settings differ (-daemon +floor):\n%s", diff)
	}
}

// serverSettings are the fields of the http.Server literal in the files, but those that say what is served and where complaints go.
func serverSettings(t *testing.T, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok || lit.Type == nil || types.ExprString(lit.Type) != "http.Server" {
				return true
			}
			for _, e := range lit.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if name := types.ExprString(kv.Key); name != "Handler" && name != "ErrorLog" {
					settings[name] = types.ExprString(kv.Value)
				}
			}
			return true
		})
	}
	return settings
}

func TestServeEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, http.NotFoundHandler()) }()
	resp, err := http.Get("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Serve = %v, want nil when its context ends", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Serve did not end with its context")
	}
}
