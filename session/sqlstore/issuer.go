package sqlstore

import (
	"context"

	"gorm.io/gorm"
)

// Issuer is by what name a daemon on this database was known last, "" before any has started.
func (s *Store) Issuer(ctx context.Context) (string, error) {
	var url text
	err := s.ask(ctx, "read issuer", func(db *gorm.DB) error {
		return row(db, `SELECT url FROM issuer WHERE one = 1`, nil, &url)
	})
	return string(url), err
}

// SetIssuer writes down by what name a daemon is known. That it is known already costs no write.
func (s *Store) SetIssuer(ctx context.Context, url string) error {
	if known, err := s.Issuer(ctx); err != nil || known == url {
		return err
	}
	return s.do(ctx, "write issuer", func(b *batch) (func(commit), error) {
		_, err := b.exec(`UPDATE issuer SET url = ? WHERE one = 1`, url)
		return nil, err
	}, alone("issuer", ""))
}
