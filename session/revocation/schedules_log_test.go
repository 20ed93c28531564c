package revocation

import (
	"testing"
	"time"
)

// Pitfall P1: a slow transaction commits after one that began later.
func TestP1NoEntryIsPassedByBecauseItsTransactionWasSlow(t *testing.T) {
	hold(t, 2, func(w *world) {
		slow, fast := w.openToken(), w.openToken()
		w.at(time.Second, func() { w.askAll(slow) })
		w.at(2*time.Second, func() {
			w.db.slow = w.lease / 4
			w.takeBack(w.nodes[0], slow.token)
		})
		w.at(2*time.Second+5*time.Millisecond, func() {
			w.db.slow = 0
			w.takeBack(w.nodes[1], fast.token)
		})
		for i := range 100 {
			w.at(2*time.Second+time.Duration(i)*10*time.Millisecond, func() {
				for _, n := range w.nodes {
					if !n.holder.Believes(n.clock()) {
						w.violate("%s cannot follow the log", n.name)
					}
				}
			})
		}
		w.run(10 * time.Second)
	})
}

// Pitfall P6: after a restoration that was announced, numbers come again that stood for something else.
func TestP6AnotherLogsNumbersMeanNothing(t *testing.T) {
	hold(t, 2, func(w *world) {
		tok := w.openToken()
		before := []*token{w.openToken(), w.openToken(), w.openToken()}
		copied := w.db.copied()
		w.at(time.Second, func() {
			for _, b := range before {
				w.takeBack(w.nodes[0], b.token)
			}
		})
		w.at(2*time.Second, func() { w.askAll(tok) })
		w.at(3*time.Second, func() { w.restore(copied, true) })
		w.at(3*time.Second+3*Wait(w.lease), func() { w.takeBack(w.nodes[1], tok.token) })
		w.run(20 * time.Second)
	})
}

// Pitfall P6: after a restoration that was not, whoever has seen more stops.
func TestP6WhoKnowsMoreThanTheDatabaseStops(t *testing.T) {
	hold(t, 2, func(w *world) {
		tok := w.openToken()
		copied := w.db.copied()
		w.at(time.Second, func() { w.askAll(tok) })
		w.at(2*time.Second, func() { w.takeBack(w.nodes[0], w.openToken().token) })
		w.at(3*time.Second, func() { w.restore(copied, false) })
		for i := range 10 {
			w.at(3*time.Second+3*Wait(w.lease)+time.Duration(i)*w.lease/3, func() { w.askAll(tok) })
		}
		w.run(20 * time.Second)
	})
}

// Pitfall P5: rows are read from a replica that is behind; the renewals are not.
func TestP5AStaleReaderIsNotBelieved(t *testing.T) {
	hold(t, 2, func(w *world) {
		w.db.behind = w.lease
		tok := w.openToken()
		w.at(3*time.Second, func() { w.takeBack(w.nodes[0], tok.token) })
		w.run(10 * time.Second)
	})
}

// Pitfall P12: a node that comes back reads what it has missed page by page, slowly, and is asked between the pages.
func TestP12NothingIsBelievedBeforeTheLastPage(t *testing.T) {
	hold(t, 2, func(w *world) {
		tokens := []*token{w.openToken(), w.openToken(), w.openToken(), w.openToken(), w.openToken()}
		cut := &w.links[w.nodes[1].host.index][w.db.host.index].cut
		w.at(time.Second, func() {
			for _, tok := range tokens {
				w.askAll(tok)
			}
		})
		w.at(2*time.Second, func() {
			*cut = 1
			for i, tok := range tokens {
				w.in(time.Duration(i)*20*time.Millisecond, func() { w.takeBack(w.nodes[0], tok.token) })
			}
		})
		w.at(8*time.Second, func() {
			*cut = 0
			w.db.slow = 200 * time.Millisecond
			for i := range 100 {
				w.in(time.Duration(i)*20*time.Millisecond, func() { w.askNode(w.nodes[1], tokens[4]) })
			}
		})
		w.run(12 * time.Second)
	})
}

// Pitfall P25: a token is opened after its subject was taken back, and asked about where that is not known yet.
func TestP25WhatIsOpenedAfterATakingBackIsGood(t *testing.T) {
	hold(t, 2, func(w *world) {
		old := w.newToken(1)
		w.db.open(old)
		w.at(2*time.Second, func() {
			w.cut(w.nodes[0].host, w.nodes[1].host, never/2) // it hears of the entry at its next renewal
			w.takeBack(w.nodes[0], old.subject)
		})
		w.at(2*time.Second+10*time.Millisecond, func() {
			fresh := w.newToken(1)
			w.db.open(fresh)
			for _, d := range [...]time.Duration{0, w.lease, 2 * w.lease} {
				w.in(d+w.upTo(w.lease/4), func() { w.askAll(fresh) })
			}
		})
		w.run(10 * time.Second)
	})
}

// Pitfall P24: entries are forgotten, and what was remembered before them is so old by then that it is not believed.
func TestP24NothingOutlivesTheEntryThatCoversIt(t *testing.T) {
	hold(t, 2, func(w *world) {
		tok := w.openToken()
		w.at(time.Second, func() { w.askAll(tok) })
		w.at(time.Minute, func() { w.takeBack(w.nodes[0], tok.token) })
		for at := 2 * time.Minute; at < 2*Memory; at += 20 * time.Second {
			w.at(at, func() { w.askAll(tok) })
		}
		w.run(2 * Memory)
	})
}
