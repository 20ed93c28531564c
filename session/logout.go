package session

import (
	"context"
	"time"
)

// AtCommit is the same service, but what it takes back returns as soon as that is committed, for a caller who does not want to wait until
// it is settled (RFC 7240 §4.1).
func (s *Service) AtCommit() *Service {
	prompt := *s
	prompt.settle = func(context.Context, Seq) error { return nil }
	return &prompt
}

// Held is an access token as its holder presents it.
type Held struct {
	Known  bool // false: malformed, of another kind, never issued, or gone long ago
	Active bool
	Token  Token // when Known
}

// Hold finds what an access token is worth to its holder, from committed state and never from memory.
func (s *Service) Hold(ctx context.Context, token Handle, at time.Time) (Held, error) {
	held, _, err := s.hold(ctx, token, at)
	return held, err
}

func (s *Service) hold(ctx context.Context, token Handle, at time.Time) (Held, Seq, error) {
	if token.Kind() != Access {
		return Held{}, 0, nil
	}
	found, err := s.lookup(ctx, token.Digest())
	if err != nil || !found.Known {
		return Held{}, 0, err
	}
	return Held{true, !found.Revoked && found.Token.ActiveAt(at), found.Token}, found.Head, nil
}

// Known reports whether a handle of any kind was ever issued, and is not gone long ago.
func (s *Service) Known(ctx context.Context, token Handle) (bool, error) {
	if kind := token.Kind(); kind != Access && kind != Refresh {
		return false, nil
	}
	found, err := s.lookup(ctx, token.Digest())
	return found.Known && err == nil, err
}

// Logout ends the session of an access token for the one who holds it, and returns when that is settled. A token that is not active ends
// nothing; if it was taken back, that is settled too before Logout says so, so that of two logouts at once neither returns early.
func (s *Service) Logout(ctx context.Context, token Handle, at time.Time) (Held, Revoked, error) {
	held, head, err := s.hold(ctx, token, at)
	if err != nil || !held.Known {
		return held, Revoked{}, err
	}
	if !held.Active {
		return held, Revoked{}, s.settle(ctx, head)
	}
	done, err := s.End(ctx, BySession(held.Token.SessionID), at)
	return held, done, err
}
