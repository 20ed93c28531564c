package hybrid

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// minted is a token that was made before. It never changes.
type minted struct {
	credentials session.Handle // the token behind its scheme
	claims      Claims
	era         uint64
}

// Format says which token it is: package fmt would not ask the one in it how it prints.
func (m minted) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "internal token %v", m.claims.ID) }

func (m *minted) token() session.Handle { return session.Present(m.credentials.Reveal()[len(bearer):]) }

func (m *minted) give(to *Exchanged) {
	to.Token, to.Claims, to.Authorization = m.token(), m.claims, m.credentials
}

// serves reports whether it is what would be made now, of the same history, with more than half of its life left.
func (m *minted) serves(s *subject, g *grant, at time.Time) bool {
	c := &m.claims
	life := c.ExpiresAt.Time().Sub(c.IssuedAt.Time())
	return m.era == g.era && c.Actors == g.actors && c.Withheld == g.left && life <= g.ttl && c.ExpiresAt <= s.ends && 2*c.ExpiresAt.Time().Sub(at) > life
}

// key says for what a token was made. The presented token is named by its digest.
type key struct {
	presented session.Digest
	audience  string
	scope     session.List
	caller    string
}

// memory holds what was made, up to a number. Tokens live about equally long, so the oldest go first, half of all at a time.
type memory struct {
	parts [16]part // all processors look at once
}

type part struct {
	mu       sync.RWMutex // guards what follows
	most     int          // of each half
	now, old map[key]*minted
}

func newMemory(capacity int) *memory {
	m := &memory{}
	for i := range m.parts {
		m.parts[i].most = (capacity/2 + i) / len(m.parts)
	}
	return m
}

func (m *memory) part(k key) *part { return &m.parts[k.presented[0]%16] }

func (m *memory) find(k key) *minted {
	p := m.part(k)
	p.mu.RLock()
	defer p.mu.RUnlock()
	if found, ok := p.now[k]; ok {
		return found
	}
	return p.old[k]
}

func (m *memory) put(k key, what *minted) {
	p := m.part(k)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.most == 0 || what.claims.KeyID == "" {
		return
	}
	if p.now == nil || len(p.now) >= p.most {
		p.now, p.old = make(map[key]*minted, min(p.most, 64)), p.now
	}
	p.now[k] = what
}

func (m *memory) len() (n int) {
	for i := range m.parts {
		p := &m.parts[i]
		p.mu.RLock()
		n += len(p.now) + len(p.old)
		p.mu.RUnlock()
	}
	return n
}

// header is that of a token that we have signed, as it is written. It is the same for all tokens of a key.
type header struct{ text, key string }

// keyOf is the kid of a token that we have just signed.
func (e *Exchanger) keyOf(token session.Handle) string {
	text, _, _ := strings.Cut(token.Reveal(), ".")
	if last := e.header.Load(); last != nil && last.text == text {
		return last.key
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	object, err := jwks.ParseObject(data)
	if err != nil {
		return ""
	}
	key, _ := object.Value("kid").Text()
	e.header.Store(&header{strings.Clone(text), key})
	return key
}

// ExchangeStats counts since the start.
type ExchangeStats struct {
	Minted     uint64 // one signature each
	Remembered uint64 // given away again
	Refused    uint64
	Kept       int // in memory now
}

type exchangeCounts struct{ minted, remembered, refused atomic.Uint64 }

// Stats is what was counted.
func (e *Exchanger) Stats() ExchangeStats {
	return ExchangeStats{e.counts.minted.Load(), e.counts.remembered.Load(), e.counts.refused.Load(), e.memory.len()}
}
