package daemon

import (
	"context"
	"strings"

	"github.com/introspectd/introspectd/session/sqlstore"
)

// lookAtDatabase warns of what somebody insisted on.
func (d *Daemon) lookAtDatabase(ctx context.Context) error {
	list, err := d.store.Settings(ctx)
	if err != nil {
		return err
	}
	if unsafe := spelled(list, sqlstore.Setting.Unsafe); unsafe != "" {
		d.log.Error("THE DATABASE IS NOT SAFE: what a logout has confirmed may be lost, or read on its way; allow-unsafe-database is set", "settings", unsafe)
	}
	d.log.Info("database settings", "settings", spelled(list, func(sqlstore.Setting) bool { return true }))
	return nil
}

// databaseDetails is what readiness shows of the database: what its commits rest on, as it is in force now. Versions are no matter for strangers.
func (d *Daemon) databaseDetails(ctx context.Context) string {
	list, err := d.store.Settings(ctx)
	if err != nil {
		return "" // the check itself says that it is away
	}
	words := spelled(list, func(s sqlstore.Setting) bool { return !strings.HasSuffix(s.Name, "version") })
	if spelled(list, sqlstore.Setting.Unsafe) != "" {
		return "UNSAFE " + words
	}
	return words
}

// spelled is name=value for some of the settings; an empty value is written as "".
func spelled(list []sqlstore.Setting, which func(sqlstore.Setting) bool) string {
	var words []string
	for _, s := range list {
		switch {
		case !which(s):
		case s.Value == "":
			words = append(words, s.Name+`=""`)
		default:
			words = append(words, s.Name+"="+strings.Join(strings.Fields(s.Value), "_"))
		}
	}
	return strings.Join(words, " ")
}
