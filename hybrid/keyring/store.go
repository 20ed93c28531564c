package keyring

import "context"

// Store keeps the list of keys. Package keyringtest has the suite that each implementation passes. An implementation
//   - MUST read list and version in one snapshot of committed state; the version of a list that was never written is 0;
//   - MUST replace the whole list, durably and with a new version, if the version is still the one given, and else change nothing and
//     answer false;
//   - MUST return errors that wrap session.ErrUnavailable. After one from Save it is not known whether the list was replaced.
type Store interface {
	Load(ctx context.Context) (keys []Record, version uint64, err error)
	Save(ctx context.Context, version uint64, keys []Record) (bool, error)
}
