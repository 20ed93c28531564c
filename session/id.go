package session

import "github.com/google/uuid"

// ID names a session or a token. It is a UUIDv7: rows made together lie together. It is no secret and opens nothing.
type ID [16]byte

// NewID makes a fresh one. As with handles, a system without randomness ends the process.
func NewID() ID { return ID(uuid.Must(uuid.NewV7())) }

// ParseID reads the 36 character form, and only that one, so that one session has one spelling.
func ParseID(text string) (ID, bool) {
	if len(text) != 36 {
		return ID{}, false
	}
	u, err := uuid.Parse(text)
	if err != nil || u.String() != text {
		return ID{}, false
	}
	return ID(u), true
}

// String is the 36 character form in lower case.
func (id ID) String() string { return uuid.UUID(id).String() }

// IsZero reports whether the ID was never set.
func (id ID) IsZero() bool { return id == ID{} }
