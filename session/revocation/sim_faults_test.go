package revocation

import "time"

// fault breaks something and mends it later.
type fault func(w *world)

// faults are what can happen to a world. Each world knows some of them only, so that each combination comes up.
var faults = []fault{
	cutOneWay, cutOff, losses, delays, duplicates, pauses, pauses, suspends, crashes, crashes,
	databaseAway, databaseCrashes, slowCommits, laggingReader, stuckGuard, restores, fences,
}

// while is how long a fault lasts: a moment, about a lease, or longer than anybody waits.
func (w *world) while() time.Duration {
	switch w.rng.IntN(3) {
	case 0:
		return w.upTo(w.lease / 3)
	case 1:
		return w.between(w.lease/2, 3*w.lease/2)
	default:
		return w.upTo(3 * w.lease)
	}
}

func (w *world) someHost() *host { return w.hosts[w.rng.IntN(len(w.hosts))] }

// someProcess is a node or a guard, and now and then the database.
func (w *world) someProcess() *process {
	p := w.processes()
	if w.chance(0.9) {
		p = p[1:]
	}
	return p[w.rng.IntN(len(p))]
}

func (w *world) cut(from, to *host, d time.Duration) {
	w.logf("cut from host %d to %d for %v", from.index, to.index, d)
	l := func() *link { return &w.links[from.index][to.index] }
	l().cut++
	w.in(d, func() { l().cut-- })
}

func cutOneWay(w *world) { w.cut(w.someHost(), w.someHost(), w.while()) }

// cutOff takes a host from the database, from the rest, or from all.
func cutOff(w *world) {
	h, d, kind := w.someHost(), w.while(), w.rng.IntN(3)
	for _, other := range w.hosts {
		if database := other == w.db.host; kind == 0 && !database || kind == 1 && database {
			continue
		}
		w.cut(h, other, d)
		w.cut(other, h, d)
	}
}

// shake changes all links, or those of one host, for a while.
func (w *world) shake(d time.Duration, change, mend func(*link)) {
	all, h := w.chance(0.5), w.someHost()
	each := func(f func(*link)) {
		for i := range w.links {
			for j := range w.links[i] {
				if all || i == h.index || j == h.index {
					f(&w.links[i][j])
				}
			}
		}
	}
	each(change)
	w.in(d, func() { each(mend) })
}

func losses(w *world) {
	part := w.rng.Float64() * 0.7
	w.shake(w.while(), func(l *link) { l.loss = part }, func(l *link) { l.loss = 0 })
}

func delays(w *world) {
	most := w.upTo(2 * w.lease)
	w.shake(w.while(), func(l *link) { l.delay = most }, func(l *link) { l.delay = 0 })
}

func duplicates(w *world) {
	w.shake(w.while(), func(l *link) { l.twice = 0.3 }, func(l *link) { l.twice = 0 })
}

func pauses(w *world) { w.pause(w.someProcess(), w.while()) }

func (w *world) pause(p *process, d time.Duration) {
	if p.stopped {
		return
	}
	w.logf("%s is stopped for %v", p.name, d)
	p.stop()
	w.in(d, func() {
		w.logf("%s goes on", p.name)
		p.resume()
	})
}

func suspends(w *world) {
	p, d := w.someProcess(), w.while()
	w.logf("the host of %s sleeps for %v", p.name, d)
	w.suspend(p, d)
}

// crashes kills a node or a guard; another process takes its place.
func crashes(w *world) {
	d := w.while()
	if i := w.rng.IntN(len(w.nodes) + len(w.guards)); i < len(w.nodes) {
		w.nodes[i].crash()
		w.in(d, func() { w.restartNode(i) })
	} else {
		i -= len(w.nodes)
		w.guards[i].crash()
		w.in(d, func() { w.restartGuard(i) })
	}
}

func databaseAway(w *world) {
	w.logf("the database is away")
	w.db.down = true
	w.in(w.while(), func() { w.db.down = w.now < w.db.back })
}

// databaseCrashes is kill -9 of it, now or as soon as something has been acknowledged that a crash forgets.
func databaseCrashes(w *world) {
	if w.glancing && w.chance(0.7) {
		w.db.doomed = true
	} else {
		w.db.crash(0.7, w.while())
	}
}

func slowCommits(w *world) {
	w.db.slow = w.upTo(w.lease)
	w.in(w.while(), func() { w.db.slow = 0 })
}

func laggingReader(w *world) {
	w.db.behind = w.upTo(w.lease)
	w.in(w.while(), func() { w.db.behind = 0 })
}

func stuckGuard(w *world) {
	if len(w.guards) > 0 {
		g := w.guards[w.rng.IntN(len(w.guards))]
		g.stuck = true
		w.in(w.while(), func() { g.stuck = false })
	}
}

// restores brings back a copy of some time ago. It takes longer than a lease, as restoring does; who does it says so, by a new log id, or forgets.
func restores(w *world) {
	if w.db.history > 0 {
		return
	}
	copied := w.db.copied()
	w.in(w.upTo(4*w.lease), func() {
		if !w.calm {
			w.restore(copied, w.chance(0.7))
		}
	})
}

func (w *world) restore(copied tables, said bool) {
	w.logf("the database is restored from a copy that ends at entry %d; it is said: %v", copied.head, said)
	w.db.down = true
	w.db.history++
	known := len(copied.rows)
	for i, r := range w.db.rows {
		switch {
		case i >= known:
			r.lost = true
		case r.revoked != copied.rows[i].revoked:
			r.settled = never
		}
	}
	w.db.tables = copied
	w.unwithdrawn()
	if said {
		w.db.log = w.db.newLog()
	} else {
		w.db.robbed = true
	}
	w.db.back = w.now + 2*Wait(w.lease)
	w.at(w.db.back, func() { w.db.down = false })
}

// fences gives the log a new id while all goes on.
func fences(w *world) {
	if w.chance(0.5) {
		w.db.log = w.db.newLog()
		w.logf("the log is called %s now", w.db.log)
	}
}

// heal ends all faults.
func (w *world) heal() {
	w.logf("the faults are over")
	w.calm = true
	for i := range w.links {
		clear(w.links[i])
	}
	w.db.slow, w.db.behind, w.db.down, w.db.doomed = 0, 0, false, false
	for _, h := range w.hosts {
		h.asleep = false
	}
	for _, p := range w.processes() {
		p.resume()
	}
	for i := range w.nodes {
		w.restartNode(i)
	}
	for i := range w.guards {
		w.restartGuard(i)
		w.guards[i].stuck = false
	}
}
