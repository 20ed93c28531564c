package revocation

import "time"

// events is a heap of what is going to happen, by time and, at one time, in the order in which it was arranged.
type events struct {
	heap  []event
	count uint64
}

type event struct {
	at    time.Duration
	order uint64
	f     func()
}

func (e event) before(o event) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

func (q *events) push(at time.Duration, f func()) {
	q.count++
	q.heap = append(q.heap, event{at, q.count, f})
	for i := len(q.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.heap[i].before(q.heap[up]) {
			break
		}
		q.heap[i], q.heap[up] = q.heap[up], q.heap[i]
		i = up
	}
}

func (q *events) pop() event {
	first, last := q.heap[0], len(q.heap)-1
	q.heap[0] = q.heap[last]
	q.heap[last] = event{}
	q.heap = q.heap[:last]
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < last && q.heap[down].before(q.heap[least]) {
				least = down
			}
		}
		if least == i {
			return first
		}
		q.heap[i], q.heap[least] = q.heap[least], q.heap[i]
		i = least
	}
}
