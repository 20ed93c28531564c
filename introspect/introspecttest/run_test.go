package introspecttest_test

import (
	"testing"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/introspecttest"
)

func TestBesideTheStore(t *testing.T) {
	introspecttest.Run(t, func(_ *testing.T, f introspecttest.Fixture) introspect.Introspector {
		return f.Service.As(f.Caller, f.Now)
	})
}
