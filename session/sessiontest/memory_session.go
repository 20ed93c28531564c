package sessiontest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Lookup implements [session.Reader].
func (m *Memory) Lookup(ctx context.Context, d session.Digest) (session.Finding, error) {
	m.lookups.Add(1)
	end, err := m.begin(ctx)
	if err != nil {
		return session.Finding{}, err
	}
	found, after := m.find(d), m.after
	end()
	if after != nil {
		after(d)
	}
	return found, nil
}

// LookupEach implements [session.Reader].
func (m *Memory) LookupEach(ctx context.Context, ds []session.Digest) []session.Looked {
	m.lookups.Add(int64(len(ds)))
	answers := make([]session.Looked, len(ds))
	end, err := m.begin(ctx)
	if err == nil && len(ds) > session.MaxLookups {
		end()
		err = fmt.Errorf("%w: %d digests are more than are looked up at once", session.ErrUnavailable, len(ds))
	}
	if err != nil {
		for i := range answers {
			answers[i].Err = err
		}
		return answers
	}
	for i, d := range ds {
		answers[i].Finding = m.find(d)
	}
	after := m.after
	end()
	if after != nil {
		for _, d := range ds {
			after(d)
		}
	}
	return answers
}

// LookupID implements [session.Reader].
func (m *Memory) LookupID(ctx context.Context, id session.ID) (session.Finding, error) {
	m.lookups.Add(1)
	end, err := m.begin(ctx)
	if err != nil {
		return session.Finding{}, err
	}
	found, after := session.Finding{Head: m.head}, m.after
	if d, ok := m.ids[id]; ok {
		found = m.find(d)
	}
	end()
	if after != nil {
		after(found.Token.Digest)
	}
	return found, nil
}

func (m *Memory) find(d session.Digest) session.Finding {
	t, ok := m.tokens[d]
	if !ok {
		return session.Finding{Head: m.head}
	}
	revoked := t.ended != 0 || m.coveredBy(m.sessions[t.SessionID]) != 0
	return session.Finding{Known: true, Revoked: revoked, Token: t.Token, Head: m.head}
}

// coveredBy is the number of an entry that covers the session, 0 when there is none.
func (m *Memory) coveredBy(s *keptSession) session.Seq {
	if s.ended != 0 {
		return s.ended
	}
	for _, sel := range []session.Selector{session.BySubject(s.Subject), session.ByClient(s.Client), session.Everything()} {
		if seq := m.barriers[sel]; seq > s.Born {
			return seq
		}
	}
	return 0
}

// Open implements [session.Store].
func (m *Memory) Open(ctx context.Context, o *session.Opening) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if c, ok := m.clients[o.Session.Client]; !ok || c.Disabled {
		return &session.Refusal{Reason: session.UnauthorizedClient, Detail: "the client is not registered or is disabled"}
	}
	tokens := []*session.Token{&o.Access}
	if o.Refresh != (session.Token{}) {
		tokens = append(tokens, &o.Refresh)
	}
	if _, ok := m.sessions[o.Session.ID]; ok {
		return fmt.Errorf("%w: session %v is there already", session.ErrUnavailable, o.Session.ID)
	}
	for i, t := range tokens {
		if _, ok := m.tokens[t.Digest]; ok || i == 1 && t.Digest == o.Access.Digest {
			return fmt.Errorf("%w: token %v is there already", session.ErrUnavailable, t.Digest)
		}
	}
	o.Session.Born = m.head
	m.sessions[o.Session.ID] = &keptSession{Session: o.Session, tokens: map[session.Digest]struct{}{}}
	if m.subjects[o.Session.Subject] == nil {
		m.subjects[o.Session.Subject] = map[session.ID]struct{}{}
	}
	m.subjects[o.Session.Subject][o.Session.ID] = struct{}{}
	for _, t := range tokens {
		m.put(t)
	}
	return nil
}

func (m *Memory) put(t *session.Token) {
	t.Born = m.head
	m.tokens[t.Digest] = &keptToken{Token: *t}
	m.ids[t.ID] = t.Digest
	m.sessions[t.SessionID].tokens[t.Digest] = struct{}{}
}

// Rotate implements [session.Store].
func (m *Memory) Rotate(ctx context.Context, r *session.Rotation) (session.Rotated, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return session.Rotated{}, err
	}
	defer end()
	p := &session.Predecessor{Finding: m.find(r.Presented)}
	if p.Known {
		p.Session = m.sessions[p.Token.SessionID].Session
		m.successors(r, p)
	}
	out := r.Judge(p)
	switch out.Outcome {
	case session.Minted:
		m.put(&out.Access)
		m.put(&out.Refresh)
		used := m.tokens[r.Presented]
		used.usedAt, used.successor = r.At.Truncate(time.Millisecond), out.Refresh.Digest
		m.touch(session.Use{Session: out.Session, At: session.DateOf(r.At)})
	case session.Reused:
		out.Seq = m.end(m.sessions[out.Session], r.At)
	}
	return out, nil
}

func (m *Memory) successors(r *session.Rotation, p *session.Predecessor) {
	t := m.tokens[r.Presented]
	if t.usedAt.IsZero() {
		return
	}
	p.UsedAt, p.Successor = t.usedAt, t.successor
	if next, ok := m.tokens[t.successor]; ok {
		p.SuccessorUsed = !next.usedAt.IsZero()
	}
	for _, pair := range r.Pairs {
		if access, ok := m.tokens[pair.Access]; ok && pair.Refresh == t.successor {
			p.Minted = access.Token
		}
	}
}

// Touch implements [session.Store].
func (m *Memory) Touch(ctx context.Context, uses []session.Use) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	for _, u := range uses {
		m.touch(u)
	}
	return nil
}

func (m *Memory) touch(u session.Use) {
	if s, ok := m.sessions[u.Session]; ok {
		s.LastUsedAt = max(s.LastUsedAt, u.At)
	}
}

// Sessions implements [session.Reader].
func (m *Memory) Sessions(ctx context.Context, subject string, at time.Time) ([]session.Session, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	var list []session.Session
	for id := range m.subjects[subject] {
		if s := m.sessions[id]; s.ActiveAt(at) && m.coveredBy(s) == 0 {
			list = append(list, s.Session)
		}
	}
	slices.SortFunc(list, func(a, b session.Session) int {
		return cmp.Or(cmp.Compare(a.OpenedAt, b.OpenedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	return list[:min(len(list), session.MaxSessions)], nil
}

// Count implements [session.Reader].
func (m *Memory) Count(ctx context.Context) (int, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	return len(m.sessions), nil
}
