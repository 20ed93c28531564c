package sqlstore

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
)

// SigningKeys is the list of signing keys in the database.
type SigningKeys struct{ store *Store }

var _ keyring.Store = SigningKeys{}

// SigningKeys are kept beside the sessions. A change raises the registry's version, so that all who follow the log read them anew.
func (s *Store) SigningKeys() SigningKeys { return SigningKeys{s} }

// readKeys answers with one row also when there is no key, for the version.
const readKeys = `SELECT l.version, k.id, k.algorithm, k.sealed, k.published_at, k.signs_from
FROM signing_key_list l LEFT JOIN signing_keys k ON 1 = 1 WHERE l.one = 1 ORDER BY k.signs_from, k.id`

// Load implements [keyring.Store]. One statement is one snapshot.
func (k SigningKeys) Load(ctx context.Context) (keys []keyring.Record, version uint64, err error) {
	err = k.store.ask(ctx, "read signing keys", func(db *gorm.DB) error {
		keys, version = nil, 0
		return each(db, readKeys, nil, func(rows *sql.Rows) error {
			var r keyring.Record
			var algorithm text
			err := rows.Scan((*seqno)(&version), (*text)(&r.ID), &algorithm, &r.Sealed, (*number)(&r.PublishedAt), (*number)(&r.SignsFrom))
			if r.Algorithm = jwks.Algorithm(algorithm); r.ID != "" {
				keys = append(keys, r)
			}
			return err
		})
	})
	if err != nil {
		return nil, 0, err
	}
	return keys, version, nil
}

// Save implements [keyring.Store].
func (k SigningKeys) Save(ctx context.Context, version uint64, keys []keyring.Record) (bool, error) {
	var saved bool
	err := k.store.do(ctx, "write signing keys", func(b *batch) (_ func(commit), err error) {
		saved, err = b.replaceKeys(version, keys)
		return nil, err
	}, alone("signing keys", ""))
	return saved && err == nil, err
}

func (b *batch) replaceKeys(version uint64, keys []keyring.Record) (bool, error) {
	n, err := b.exec(`UPDATE signing_key_list SET version = version + 1 WHERE one = 1 AND version = ?`, int64(min(version, uint64(pending))))
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := b.exec(`DELETE FROM signing_keys`); err != nil {
		return false, err
	}
	for _, r := range keys {
		err := b.later(`INSERT INTO signing_keys (id, algorithm, sealed, published_at, signs_from) VALUES (?,?,?,?,?)`,
			r.ID, string(r.Algorithm), raw(r.Sealed), int64(r.PublishedAt), int64(r.SignsFrom))
		if err != nil {
			return false, err
		}
	}
	b.registry++
	return true, nil
}
