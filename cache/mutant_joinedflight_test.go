//go:build mutant_joinedflight

package cache

// carry lets questions board a look-up that is in the air.
func (f *flights) carry(g *group) []*flight {
	answers := f.load(g.ctx, g.digests)
	now := f.depart(g)
	land(now, answers)
	return now
}
