//go:build !mutant_joinedflight

package cache

// carry lets nobody board any more before it loads.
func (f *flights) carry(g *group) []*flight {
	now := f.depart(g)
	land(now, f.load(g.ctx, g.digests))
	return now
}
