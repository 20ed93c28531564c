package revocation

import (
	"testing"
	"time"
)

// Pitfall P6: in a restored log numbers come again. A guard has applied three entries of the old one, and is cut off before the first of the new.
func TestP6WhatAGuardHasOfTheOldLogIsNoAcknowledgementInTheNewOne(t *testing.T) {
	hold(t, 2, func(w *world) {
		g, tok := w.guarded(1)
		before := []*token{w.openToken(), w.openToken(), w.openToken()}
		copied := w.db.copied()
		w.at(2*time.Second, func() {
			for _, b := range before {
				w.takeBack(w.nodes[0], b.token)
			}
		})
		w.at(5*time.Second, func() { w.restore(copied, true) })
		back := 5*time.Second + 3*Wait(w.lease)
		g.node = 1
		w.at(back, func() { w.askAll(tok) })
		w.at(back+w.lease+w.upTo(w.lease/3), func() {
			w.isolate(g.host)
			w.takeBack(w.nodes[0], tok.token)
		})
		w.run(20 * time.Second)
	})
}

// Pitfall P6: the log is called otherwise, one node has not heard of it, and a guard turns to that one between looking at its lease, which is of
// the new log, and at its set, which is that of the old one and empty.
func TestP6AGuardThatWentBackToTheOldLogHasNothingOfIt(t *testing.T) {
	hold(t, 2, func(w *world) {
		g, tok := w.guarded(0)
		w.at(2*time.Second, func() { w.takeBack(w.nodes[0], tok.token) })
		w.at(4100*time.Millisecond, func() {
			w.cut(w.nodes[1].host, w.db.host, never/2)
			w.db.log = w.db.newLog()
		})
		w.at(8*time.Second, func() {
			g.node = 1
			w.links[w.nodes[1].host.index][g.host.index].delay = w.lease / 4
			w.calm = false // it hesitates
			for i := range 400 {
				w.in(time.Duration(i)*5*time.Millisecond, func() { w.askGuard(g, tok) })
			}
		})
		w.run(14 * time.Second)
	})
}
