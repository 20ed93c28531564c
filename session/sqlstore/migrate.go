package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// Migration is one numbered step of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrations lists the steps that this program knows, and which of them the database has. It changes nothing.
func Migrations(ctx context.Context, c Config) ([]Migration, error) {
	list, err := migrationsOf(ctx, &c)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return list, nil
}

// Up makes the database file when there is none, brings its schema up to date, and lists the steps that this took.
func Up(ctx context.Context, c Config) ([]Migration, error) {
	c.Migrate = true
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	before := map[int64]bool{}
	if there, _ := checkFile(c.DSN); there {
		list, err := migrationsOf(ctx, &c)
		if err != nil {
			return nil, fmt.Errorf("migrate: %w", err)
		}
		for _, m := range list {
			before[m.Version] = m.Applied
		}
	}
	if err := prepare(ctx, &c); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	after, err := migrationsOf(ctx, &c)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return slices.DeleteFunc(after, func(m Migration) bool { return !m.Applied || before[m.Version] }), nil
}

func migrationsOf(ctx context.Context, c *Config) ([]Migration, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	there, err := checkFile(c.DSN)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, &unfit{"there is no database at " + c.DSN}
	}
	db, err := sql.Open(driverName, plainDSN(c))
	if err != nil {
		return nil, opaque(err)
	}
	defer func() { _ = db.Close() }()
	known, err := sources(db)
	if err != nil {
		return nil, err
	}
	has, err := schemaVersion(ctx, db, c.DSN)
	if err != nil {
		return nil, err
	}
	var list []Migration
	for _, s := range known {
		list = append(list, Migration{s.Version, s.Path, s.Version <= has})
	}
	return list, nil
}

// prepare leaves a file with the schema that this program knows, or an error and nothing changed.
func prepare(ctx context.Context, c *Config) error {
	there, err := checkFile(c.DSN)
	switch {
	case err != nil:
		return err
	case !there && !c.Migrate:
		return &unfit{"there is no database at " + c.DSN}
	case !there:
		if err := createFile(c.DSN); err != nil {
			return err
		}
	}
	if err := checkWritable(c.DSN); err != nil {
		return err
	}
	db, err := sql.Open(driverName, plainDSN(c))
	if err != nil {
		return opaque(err)
	}
	defer func() { _ = db.Close() }()
	return bringUp(ctx, db, c)
}

// attempts is how often migrating is tried: the first fails when another process migrates the same fresh file at the same time.
const attempts = 5

func bringUp(ctx context.Context, db *sql.DB, c *Config) error {
	known, err := sources(db)
	if err != nil {
		return err
	}
	want := known[len(known)-1].Version
	for try := 1; ; try++ {
		has, err := schemaVersion(ctx, db, c.DSN)
		switch {
		case err != nil:
			return err
		case has == want:
			return nil
		case has > want:
			return &unfit{fmt.Sprintf("%s has schema %d, and this program knows %d at most: it was written by a newer version, and was left as it is", c.DSN, has, want)}
		case !c.Migrate:
			return &unfit{fmt.Sprintf("%s has schema %d, and this program needs %d: migrate it first", c.DSN, has, want)}
		}
		if err = migrateUp(ctx, c.DSN); err != nil && try == attempts {
			return translate("migrate", c.DSN, err)
		}
	}
}

// migrateUp runs the steps on a connection that syncs.
func migrateUp(ctx context.Context, path string) error {
	db, err := sql.Open(driverName, writerDSN(path)+"&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	p, err := provider(db)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func provider(db *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, migrationsFolder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(gooseDialect, db, folder, goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

func sources(db *sql.DB) ([]*goose.Source, error) {
	p, err := provider(db)
	if err != nil {
		return nil, err
	}
	return p.ListSources(), nil
}

// schemaVersion reads what the database has, 0 for an empty one. It refuses a database that holds somebody else's tables.
func schemaVersion(ctx context.Context, db *sql.DB, path string) (int64, error) {
	tables, err := tableNames(ctx, db)
	if err != nil {
		return 0, translate("read schema", path, err)
	}
	if !slices.Contains(tables, versionTable) {
		if len(tables) > 0 {
			return 0, &unfit{path + " is the database of another program; it was left as it is"}
		}
		return 0, nil
	}
	var version sql.NullInt64
	if err := db.QueryRowContext(ctx, "SELECT max(version_id) FROM "+versionTable).Scan(&version); err != nil {
		return 0, translate("read schema", path, err)
	}
	if version.Int64 > 0 && !slices.Contains(tables, hasOurTable) {
		return 0, &unfit{path + " is the database of another program; it was left as it is"}
	}
	return version.Int64, nil
}

func tableNames(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, listTables)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
