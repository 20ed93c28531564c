package keyringtest

import (
	"testing"

	"github.com/introspectd/introspectd/hybrid/keyring"
)

func TestMemory(t *testing.T) {
	Run(t, func(*testing.T) keyring.Store { return &Memory{} })
}
