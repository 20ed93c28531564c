package run

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/serverkey"
)

// sqlite, among the stores, stands for files of the run's own.
const sqlite = "sqlite"

// driver is that under the store, which has registered it.
const driver = "pgx"

// databases are those that the run has made on servers, to be dropped at its end.
type databases struct {
	drops []func(ctx context.Context) error
}

// drop removes all of them, also after the run was interrupted.
func (d *databases) drop(b *bench) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, f := range d.drops {
		if err := f(ctx); err != nil {
			b.fail(fmt.Errorf("a database was left behind: %w", err))
		}
	}
	d.drops = nil
}

// suffix is of keys that are about the i-th store.
func (b *bench) suffix(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf("@%d", i+1)
}

// onStore is for titles of what is about the i-th store.
func (b *bench) onStore(i int) string {
	if i == 0 {
		return ""
	}
	return ", " + shortStore(b.stores[i])
}

// create makes an empty database of a name on a store, and returns its DSN and the file for the server's keys.
func (b *bench) create(ctx context.Context, store config.DSN, name string) (dsn, keys string, err error) {
	if store.Reveal() == sqlite {
		return filepath.Join(b.work, name+".db"), "", nil
	}
	u, err := url.Parse(store.Reveal())
	if err != nil {
		return "", "", fmt.Errorf("the URL of the store %s cannot be read", store)
	}
	db, err := sql.Open(driver, store.Reveal())
	if err != nil {
		return "", "", fmt.Errorf("open %s: %w", store, err)
	}
	defer func() { _ = db.Close() }()
	made := fmt.Sprintf("introspectd_benchmarks_%d_%d_%s", os.Getpid(), len(b.made.drops), strings.ReplaceAll(name, "-", "_"))
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+made); err != nil { // a name of letters, digits and underscores
		return "", "", fmt.Errorf("make a database on %s: %w", store, err)
	}
	b.made.drops = append(b.made.drops, func(ctx context.Context) error {
		db, err := sql.Open(driver, store.Reveal())
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		_, err = db.ExecContext(ctx, "DROP DATABASE "+made+" WITH (FORCE)")
		return err
	})
	u.Path, keys = "/"+made, filepath.Join(b.work, name+".key")
	if _, _, err := serverkey.ReadOrMake(keys); err != nil {
		return "", "", err
	}
	return u.String(), keys, nil
}

// shortStore is how a store is called in titles.
func shortStore(store config.DSN) string {
	if store.Reveal() == sqlite {
		return "SQLite"
	}
	return "PostgreSQL"
}
