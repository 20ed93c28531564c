package cache

import (
	"context"
	"errors"
	"time"

	"github.com/introspectd/introspectd/session"
)

// FindID is Find by the token's id, for what was made of it and carries that id.
func (c *Cache) FindID(ctx context.Context, id session.ID, at time.Time, admit func() error) (session.Found, error) {
	return c.Find(ctx, byID(id), at, admit)
}

// byID is an id in the place of a digest: look-ups by either share flights, memory and bounds. It ends in 16 zero bytes, as no digest that
// anybody will ever see does. The random half of the id comes first, since the memory goes by the first eight bytes.
func byID(id session.ID) (d session.Digest) {
	copy(d[:8], id[8:])
	copy(d[8:16], id[:8])
	return d
}

func idOf(d session.Digest) (id session.ID, ok bool) {
	if [16]byte(d[16:]) != ([16]byte{}) {
		return session.ID{}, false
	}
	copy(id[8:], d[:8])
	copy(id[:8], d[8:16])
	return id, true
}

// answers reports whether the facts are those of the token that was asked for.
func (f *facts) answers(d session.Digest) bool {
	if id, ok := idOf(d); ok {
		return f.id == id
	}
	return f.isOf(d)
}

// lookup has an answer for each. An id comes alone.
func (c *Cache) lookup(ctx context.Context, ds []session.Digest) []session.Looked {
	if id, ok := idOf(ds[0]); ok {
		f, err := c.store.LookupID(ctx, id)
		return []session.Looked{{Finding: f, Err: err}}
	}
	answers := c.store.LookupEach(ctx, ds)
	if len(answers) != len(ds) {
		return noAnswers(len(ds))
	}
	return answers
}

func noAnswers(n int) []session.Looked {
	answers := make([]session.Looked, n)
	for i := range answers {
		answers[i].Err = errors.New("the store has not answered each question")
	}
	return answers
}
