package session

import (
	"strings"

	"github.com/google/uuid"
)

// ID names a session or a token. It is a UUIDv7: rows made together lie together. It is no secret and opens nothing.
type ID [16]byte

// NewID makes a fresh one. As with handles, a system without randomness ends the process.
func NewID() ID { return ID(uuid.Must(uuid.NewV7())) }

// ParseID reads the 36 character form, and only that one, so that one session has one spelling.
func ParseID(text string) (ID, bool) {
	if len(text) != 36 || strings.ContainsAny(text, "ABCDEF") { // of this length the package takes no other form
		return ID{}, false
	}
	u, err := uuid.Parse(text)
	return ID(u), err == nil
}

// String is the 36 character form in lower case.
func (id ID) String() string { return uuid.UUID(id).String() }

// IsZero reports whether the ID was never set.
func (id ID) IsZero() bool { return id == ID{} }
