package introspect_test

import (
	"context"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

func throttled(c *introspect.Config) { c.Guesses = caller.NewGuesses(50, 500) }

func recorded(c *introspect.Config) {
	var kept touched
	c.Uses = session.NewUses(&kept, time.Hour)
}

// What does a question cost beside HTTP, from the text of the token to the answer's bytes?
func BenchmarkAnswer(b *testing.B) {
	for _, c := range []struct {
		name     string
		capacity int
		token    func(*office) session.Handle
		active   bool
	}{
		{"warm", 1000, func(o *office) session.Handle { return o.login(b).Pair.Access }, true},
		{"cold, store without a disk", 0, func(o *office) session.Handle { return o.login(b).Pair.Access }, true},
		{"junk of the right length", 1000, func(*office) session.Handle {
			text := session.NewHandle(session.Access).Reveal()
			return session.Present(text[:20] + "x" + text[21:len(text)-1] + "x")
		}, false},
		{"junk", 1000, func(*office) session.Handle { return session.Present("eyJhbGciOiJub25lIn0.e30.") }, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := open(b, c.capacity, throttled, recorded)
			token := c.token(o)
			if c.capacity > 0 && c.active {
				o.warm(b, token)
			}
			ctx := context.Background()
			buf := make([]byte, 0, 1024)
			b.ReportAllocs()
			for b.Loop() {
				a, err := o.service.Answer(ctx, o.orders, token, now)
				if err != nil || a.Active != c.active {
					b.Fatal(a, err)
				}
				buf = introspect.AppendJSON(buf[:0], a)
			}
		})
	}
}

// What of it is the writing, and what does the other side pay to read it?
func BenchmarkJSON(b *testing.B) {
	o := open(b, 0)
	a, err := o.service.Answer(b.Context(), o.orders, o.login(b).Pair.Access, now)
	if err != nil {
		b.Fatal(err)
	}
	raw := introspect.AppendJSON(nil, a)
	b.Run("append", func(b *testing.B) {
		buf := make([]byte, 0, 1024)
		b.ReportAllocs()
		for b.Loop() {
			buf = introspect.AppendJSON(buf[:0], a)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := introspect.ParseAnswer(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}
