package cache

import (
	"context"
	"runtime"

	"github.com/introspectd/introspectd/session"
)

// group is look-ups that depart together: the store reads them in one snapshot, and what is done once for all is paid for once.
type group struct {
	base   context.Context // of the one who asked first; it does not end
	ctx    context.Context // ends when he has waited for as long as anybody may
	cancel context.CancelFunc

	digests []session.Digest // guarded by flights.mu until shut
	lines   []*line          // of these
}

// maxGroup is also what a store looks up at once.
const maxGroup = session.MaxLookups

// board finds a place for a line. The caller holds mu. Base does not end.
func (f *flights) board(base context.Context, d session.Digest, l *line) {
	if _, byID := idOf(d); byID { // the store knows of no other way
		f.form(base, d, l)
		return
	}
	if g := f.open; g != nil && len(g.lines) < maxGroup {
		g.digests, g.lines = append(g.digests, d), append(g.lines, l)
		return
	}
	f.open = f.form(base, d, l)
}

// form begins a group.
func (f *flights) form(base context.Context, d session.Digest, l *line) *group {
	g := &group{base: base, digests: []session.Digest{d}, lines: []*line{l}}
	g.ctx, g.cancel = context.WithTimeout(base, f.patience)
	f.crew.take(g)
	return g
}

// gather lets those board who have something to ask already, but have not come to it: whoever has just been handed a look-up goes before all
// others who could run. He lets them pass, once. Somebody alone does not wait for anybody.
func (f *flights) gather(g *group) {
	runtime.Gosched()
	f.shut(g)
}

// shut lets no other line in.
func (f *flights) shut(g *group) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == g {
		f.open = nil
	}
}
