package sessiontest

import (
	"context"
	"fmt"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Revoke implements [session.Store].
func (m *Memory) Revoke(ctx context.Context, sel session.Selector, at time.Time) (session.Revoked, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return session.Revoked{}, err
	}
	defer end()
	switch sel.Target {
	case session.TargetToken:
		return m.revokeToken(sel, at), nil
	case session.TargetSession:
		return m.revokeSession(sel, at), nil
	case session.TargetSubject:
		return m.revokeMany(sel, at, func(s *keptSession) bool { return s.Subject == sel.Key }), nil
	case session.TargetClient:
		return m.revokeClient(sel, at), nil
	case session.TargetKey:
		if seq := m.barriers[sel]; seq != 0 {
			return session.Revoked{Seq: seq}, nil
		}
		return session.Revoked{Seq: m.barrier(sel, at)}, nil
	case session.TargetAll:
		return m.revokeMany(session.Everything(), at, func(*keptSession) bool { return true }), nil
	default:
		return session.Revoked{}, fmt.Errorf("%w: there is no taking-back by %v", session.ErrUnavailable, sel.Target)
	}
}

// RevokeSigned implements [session.Store].
func (m *Memory) RevokeSigned(ctx context.Context, id session.ID, _ session.Date, at time.Time) (session.Revoked, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return session.Revoked{}, err
	}
	defer end()
	sel := session.ByToken(id)
	if seq := m.barriers[sel]; seq != 0 {
		return session.Revoked{Seq: seq}, nil
	}
	return session.Revoked{Seq: m.barrier(sel, at)}, nil
}

func (m *Memory) barrier(sel session.Selector, at time.Time) session.Seq {
	m.barriers[sel] = m.append(sel, at)
	return m.head
}

func (m *Memory) end(s *keptSession, at time.Time) session.Seq {
	s.endedAt, s.ended = session.DateOf(at), m.append(session.BySession(s.ID), at)
	return s.ended
}

func (m *Memory) revokeToken(sel session.Selector, at time.Time) session.Revoked {
	id, _ := session.ParseID(sel.Key)
	t, ok := m.tokens[m.ids[id]]
	if !ok {
		return session.Revoked{Seq: m.head}
	}
	if t.ended == 0 {
		if seq := m.coveredBy(m.sessions[t.SessionID]); seq != 0 {
			return session.Revoked{Seq: seq}
		}
		t.ended = m.append(sel, at)
	}
	return session.Revoked{Seq: t.ended}
}

func (m *Memory) revokeSession(sel session.Selector, at time.Time) session.Revoked {
	id, _ := session.ParseID(sel.Key)
	s, ok := m.sessions[id]
	if !ok {
		return session.Revoked{Seq: m.head}
	}
	if seq := m.coveredBy(s); seq != 0 {
		return session.Revoked{Seq: seq}
	}
	out := session.Revoked{Seq: m.end(s, at)}
	if s.ActiveAt(at) {
		out.Ended = 1
	}
	return out
}

// revokeMany puts up a barrier when there is anything that no entry covers yet.
func (m *Memory) revokeMany(sel session.Selector, at time.Time, matches func(*keptSession) bool) session.Revoked {
	uncovered, later, active := false, false, 0
	m.each(sel, func(s *keptSession) {
		if !matches(s) {
			return
		}
		later = later || s.Born >= m.barriers[sel]
		if m.coveredBy(s) != 0 {
			return
		}
		uncovered = true
		if s.ActiveAt(at) {
			active++
		}
	})
	switch seq := m.barriers[sel]; {
	case uncovered:
		return session.Revoked{Seq: m.barrier(sel, at), Ended: active}
	case seq != 0 && !later:
		return session.Revoked{Seq: seq}
	default:
		return session.Revoked{Seq: m.head}
	}
}

func (m *Memory) each(sel session.Selector, f func(*keptSession)) {
	if sel.Target == session.TargetSubject {
		for id := range m.subjects[sel.Key] {
			f(m.sessions[id])
		}
		return
	}
	for _, s := range m.sessions {
		f(s)
	}
}

func (m *Memory) revokeClient(sel session.Selector, at time.Time) session.Revoked {
	c, ok := m.clients[sel.Key]
	if !ok || c.Disabled {
		if seq := m.barriers[sel]; seq != 0 {
			return session.Revoked{Seq: seq}
		}
		return session.Revoked{Seq: m.head}
	}
	out := session.Revoked{}
	m.each(sel, func(s *keptSession) {
		if s.Client == sel.Key && s.ActiveAt(at) && m.coveredBy(s) == 0 {
			out.Ended++
		}
	})
	disabled := *c // readers of an older snapshot keep theirs
	disabled.Disabled = true
	m.clients[sel.Key] = &disabled
	m.registry++
	out.Seq = m.barrier(sel, at)
	return out
}

// Sweep implements [session.Store].
func (m *Memory) Sweep(ctx context.Context, at time.Time, limit int) (int, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	before, n := at.Add(-session.SweepGrace), 0
	for d, t := range m.tokens {
		s := m.sessions[t.SessionID]
		if n < limit && (!t.ActiveAt(before) || s.endedAt.Passed(before)) {
			delete(m.tokens, d)
			delete(m.ids, t.ID)
			delete(s.tokens, d)
			n++
		}
	}
	for id, s := range m.sessions {
		if n < limit && len(s.tokens) == 0 && (s.ExpiresAt.Passed(before) || s.endedAt.Passed(before)) {
			delete(m.sessions, id)
			if delete(m.subjects[s.Subject], id); len(m.subjects[s.Subject]) == 0 {
				delete(m.subjects, s.Subject)
			}
			n++
		}
	}
	for n < limit && len(m.entries) > 0 && m.entries[0].Until.Passed(at) {
		m.floor, m.entries = m.entries[0].Seq, m.entries[1:]
		n++
	}
	return n, nil
}
