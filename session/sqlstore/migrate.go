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
	done, err := up(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return done, nil
}

func up(ctx context.Context, c Config) ([]Migration, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e, err := engineOf(&c)
	if err != nil {
		return nil, err
	}
	before := map[int64]bool{}
	if there, _ := e.there(); there {
		list, err := steps(ctx, e)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			before[m.Version] = m.Applied
		}
	}
	if err := prepare(ctx, e, true); err != nil {
		return nil, err
	}
	after, err := steps(ctx, e)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(after, func(m Migration) bool { return !m.Applied || before[m.Version] }), nil
}

func migrationsOf(ctx context.Context, c *Config) ([]Migration, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e, err := engineOf(c)
	if err != nil {
		return nil, err
	}
	return steps(ctx, e)
}

func steps(ctx context.Context, e engine) ([]Migration, error) {
	there, err := e.there()
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, &unfit{"there is no database at " + e.String()}
	}
	db, err := e.schemaPool()
	if err != nil {
		return nil, opaque(err)
	}
	defer func() { _ = db.Close() }()
	known, err := sources(db, e)
	if err != nil {
		return nil, err
	}
	has, err := schemaVersion(ctx, db, e)
	if err != nil {
		return nil, err
	}
	var list []Migration
	for _, s := range known {
		list = append(list, Migration{s.Version, s.Path, s.Version <= has})
	}
	return list, nil
}

// prepare leaves a database with the schema that this program knows, or an error and nothing changed.
func prepare(ctx context.Context, e engine, migrate bool) error {
	there, err := e.there()
	switch {
	case err != nil:
		return err
	case !there && !migrate:
		return &unfit{"there is no database at " + e.String()}
	}
	if err := e.create(); err != nil {
		return err
	}
	db, err := e.schemaPool()
	if err != nil {
		return opaque(err)
	}
	defer func() { _ = db.Close() }()
	return bringUp(ctx, db, e, migrate)
}

// attempts is how often migrating is tried from one version on: each fails when another process takes the same step at the same time.
const attempts = 5

func bringUp(ctx context.Context, db *sql.DB, e engine, migrate bool) error {
	known, err := sources(db, e)
	if err != nil {
		return err
	}
	want := known[len(known)-1].Version
	before := int64(-1)
	for try := 1; ; try++ {
		has, err := schemaVersion(ctx, db, e)
		if has != before { // somebody gets on with it
			try, before = 1, has
		}
		switch {
		case err != nil:
			return err
		case has == want:
			return nil
		case has > want:
			return &unfit{fmt.Sprintf("%s has schema %d, and this program knows %d at most: it was written by a newer version, and was left as it is", e, has, want)}
		case !migrate:
			return &unfit{fmt.Sprintf("%s has schema %d, and this program needs %d: migrate it first", e, has, want)}
		}
		if err = migrateUp(ctx, e); err != nil && try == attempts {
			return translate("migrate", e.String(), err)
		}
	}
}

func migrateUp(ctx context.Context, e engine) error {
	db, err := e.migrationPool()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	p, err := provider(db, e)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func provider(db *sql.DB, e engine) (*goose.Provider, error) {
	dialect, name, options, err := e.dialect()
	if err != nil {
		return nil, err
	}
	folder, err := fs.Sub(migrations, name)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, folder, append(options, goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))...)
}

func sources(db *sql.DB, e engine) ([]*goose.Source, error) {
	p, err := provider(db, e)
	if err != nil {
		return nil, err
	}
	return p.ListSources(), nil
}

const (
	hasOurTable  = "head"
	versionTable = "schema_version"
)

// schemaVersion reads what the database has, 0 for an empty one. It refuses a database that holds somebody else's tables.
func schemaVersion(ctx context.Context, db *sql.DB, e engine) (int64, error) {
	path := e.String()
	tables, err := tableNames(ctx, db, e.tables())
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
	if version.Int64 > 0 && !slices.Contains(tables, hasOurTable) { // another process may have made it since
		if tables, err = tableNames(ctx, db, e.tables()); err != nil {
			return 0, translate("read schema", path, err)
		}
	}
	if version.Int64 > 0 && !slices.Contains(tables, hasOurTable) {
		return 0, &unfit{path + " is the database of another program; it was left as it is"}
	}
	return version.Int64, nil
}

func tableNames(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
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
