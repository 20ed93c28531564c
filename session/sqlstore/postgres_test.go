package sqlstore_test

import (
	"os"
	"testing"

	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/session/sessiontest"
	"github.com/introspectd/introspectd/session/sqlstore"
	"github.com/introspectd/introspectd/session/sqlstore/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestPostgreSQLKeepsTheContracts(t *testing.T) {
	pgtest.Shared(t)
	sessiontest.Run(t, func(t *testing.T) sessiontest.Stores { return openAt(t, pgtest.Database(t)) })
}

func TestPostgreSQLKeepsSigningKeys(t *testing.T) {
	pgtest.Shared(t)
	keyringtest.Run(t, func(t *testing.T) keyring.Store { return openAt(t, pgtest.Database(t)).SigningKeys() })
}

var _ = sqlstore.Config{}
