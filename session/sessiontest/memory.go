package sessiontest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Memory is a store without a disk. It keeps every promise of [session.Store] but durability, and lets a test make it fail or wait.
type Memory struct {
	lookups atomic.Int64

	mu     sync.Mutex // guards what follows; one lock is one transaction
	failed error
	after  func(session.Digest)

	sessions  map[session.ID]*keptSession
	tokens    map[session.Digest]*keptToken
	subjects  map[string]map[session.ID]struct{}
	ids       map[session.ID]session.Digest // of tokens, by jti
	barriers  map[session.Selector]session.Seq
	clients   map[string]*caller.Client
	audiences map[string]session.Audience

	holders []keptHolder

	log      string
	entries  []revocation.Entry // those after floor
	head     session.Seq
	floor    session.Seq
	registry uint64
}

type keptSession struct {
	session.Session
	endedAt session.Date
	ended   session.Seq
	tokens  map[session.Digest]struct{}
}

type keptToken struct {
	session.Token
	ended     session.Seq
	usedAt    time.Time
	successor session.Digest
}

var _ Stores = (*Memory)(nil)

// NewMemory is empty: no client is registered in it.
func NewMemory() *Memory {
	return &Memory{
		sessions: map[session.ID]*keptSession{}, tokens: map[session.Digest]*keptToken{}, subjects: map[string]map[session.ID]struct{}{},
		ids: map[session.ID]session.Digest{}, barriers: map[session.Selector]session.Seq{}, clients: map[string]*caller.Client{},
		audiences: map[string]session.Audience{}, log: session.NewID().String(),
	}
}

// Fail makes everything asked from now on end in an error that wraps [session.ErrUnavailable] and err, and change nothing. With nil it
// works again.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failed = err
}

// AfterLookup has f called in every Lookup, LookupEach and LookupID that went well, for each digest, after the rows are read and before the answer is given: what f waits for
// happens between the two. With nil nothing is called.
func (m *Memory) AfterLookup(f func(session.Digest)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.after = f
}

// Lookups counts what was looked up.
func (m *Memory) Lookups() int { return int(m.lookups.Load()) }

// begin locks, unless the store has been made to fail or the caller has gone.
func (m *Memory) begin(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	m.mu.Lock()
	if m.failed != nil {
		defer m.mu.Unlock()
		return nil, fmt.Errorf("%w: %w", session.ErrUnavailable, m.failed)
	}
	return m.mu.Unlock, nil
}

// append writes an entry.
func (m *Memory) append(sel session.Selector, at time.Time) session.Seq {
	m.head++
	m.entries = append(m.entries, revocation.Entry{
		Seq: m.head, Selector: sel, At: session.DateOf(at), Until: session.DateOf(at.Add(revocation.KeepEntries)),
	})
	return m.head
}

// Read implements [revocation.Log].
func (m *Memory) Read(ctx context.Context, after session.Seq, limit int) (revocation.Page, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return revocation.Page{}, err
	}
	defer end()
	p := revocation.Page{Log: m.log, Head: m.head, Floor: m.floor, Registry: m.registry}
	if after > m.floor && after <= m.head {
		p.Last = m.entries[after-m.floor-1]
	}
	if after < m.head && limit > 0 {
		from := m.entries[max(after, m.floor)-m.floor:]
		p.Entries = append(p.Entries, from[:min(len(from), limit)]...)
	}
	return p, nil
}
