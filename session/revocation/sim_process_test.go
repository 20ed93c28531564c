package revocation

import "time"

// host is a machine: a clock of its own rate, and sleep. A clock that goes on while its machine sleeps is what [Boottime] reads.
type host struct {
	index  int
	rate   float64 // its seconds per real second
	offset Instant
	asleep bool
	slept  time.Duration // real time it has slept so far
}

func (w *world) newHost(rate float64) *host {
	h := &host{index: len(w.hosts), rate: rate, offset: Instant(time.Hour + w.upTo(time.Hour))}
	w.hosts = append(w.hosts, h)
	for i := range w.links {
		w.links[i] = append(w.links[i], link{})
	}
	w.links = append(w.links, make([]link, len(w.hosts)))
	return h
}

// process is what runs on a host. While it or its host is stopped, what should happen in it waits.
type process struct {
	w       *world
	host    *host
	name    string
	dead    bool
	stopped bool
	queued  []func()
}

func (p *process) clock() Instant { return p.host.reading(p.w.now) }

// do lets something happen in the process now, or when it goes on.
func (p *process) do(f func()) {
	switch {
	case p.dead:
	case p.stopped || p.host.asleep:
		p.queued = append(p.queued, f)
	default:
		f()
	}
}

// after is a timer, by the clock of the process.
func (p *process) after(d time.Duration, f func()) {
	p.w.in(time.Duration(float64(d)/p.host.rate), func() { p.do(f) })
}

// stop is SIGSTOP, resume is SIGCONT. What has queued up meanwhile is handled in any order: a question may be read before a timer fires.
func (p *process) stop() { p.stopped = true }

func (p *process) resume() {
	p.stopped = false
	p.wake()
}

func (p *process) wake() {
	if p.stopped || p.host.asleep {
		return
	}
	queued := p.queued
	p.queued = nil
	p.w.rng.Shuffle(len(queued), func(i, j int) { queued[i], queued[j] = queued[j], queued[i] })
	for _, f := range queued {
		p.w.in(p.w.upTo(2*time.Millisecond), func() { p.do(f) })
	}
}

// suspend puts the host to sleep for a real time.
func (w *world) suspend(p *process, d time.Duration) {
	h := p.host
	if h.asleep {
		return
	}
	h.asleep = true
	begun := w.now
	w.in(d, func() {
		h.asleep = false
		h.slept += w.now - begun
		for _, p := range w.processes() {
			if p.host == h {
				p.wake()
			}
		}
	})
}

// processes lists those that live, the database first.
func (w *world) processes() []*process {
	out := []*process{w.db.process}
	for _, n := range w.nodes {
		out = append(out, n.process)
	}
	for _, g := range w.guards {
		out = append(out, g.process)
	}
	return out
}

// link is one direction between two hosts.
type link struct {
	cut   int // so many faults cut it
	delay time.Duration
	loss  float64
	twice float64
}

// send carries a message, which does what it does where it arrives. Messages overtake each other.
func (w *world) send(from, to *process, f func()) {
	l := &w.links[from.host.index][to.host.index]
	if from.dead || l.cut > 0 || w.chance(l.loss) {
		return
	}
	for range 2 {
		w.in(w.between(100*time.Microsecond, time.Millisecond)+w.upTo(l.delay), func() { to.do(f) })
		if !w.chance(l.twice) {
			return
		}
	}
}
