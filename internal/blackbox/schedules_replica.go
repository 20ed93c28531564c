//go:build linux

package blackbox

import "context"

// unread is how many tokens a daemon has not been asked about before it reads from a replica: of several connections each reads some.
const unread = 12

// FromAReplica has B reach a server that follows the database's and stands still, as behind a balancer or an address that was moved (pitfall P5):
// with all that it says, or, every other round, with about every second connection, so that it may renew here and read there. Taken back is
// something that it remembers, and something that it has to look up.
func FromAReplica(ctx context.Context, r *Round) error {
	s, err := r.opened(ctx)
	if err != nil {
		return err
	}
	tokens := []*Token{s.First}
	for range unread {
		next := r.C.Next(ctx, s)
		if next == nil {
			break // the round is held with those that there are
		}
		s, tokens = next, append(tokens, next.First)
	}
	if err := r.Replica.Hold(ctx); err != nil {
		return err
	}
	where := []string{r.Replica.Address}
	if r.Number%2 == 1 {
		where = append(where, r.server())
	}
	r.B.Store.Lead(where[0], where[1:]...)
	r.B.Store.Cut()
	r.Note("%s reaches the database at %v, which stands still", r.B.Label, where)
	// When these are answered it has connections again, or has found none that would do.
	r.Asks.Ask(ctx, Many(r.B.Kept(), queued), s.First)()
	r.TakeBack(ctx, r.A, Taking{By: BySession, Token: s.First})
	for _, t := range tokens {
		r.Asks.Ask(ctx, []Party{r.B.Kept(), r.B.Fresh(), r.A.Kept()}, t)
	}
	r.Asks.Wait()
	r.B.Store.Lead(r.server())
	r.B.Store.Cut()
	if err := r.Replica.Release(ctx); err != nil {
		return err
	}
	r.Asks.Ask(ctx, r.Everybody(), tokens...)
	return r.recovered(ctx, r.B)
}
