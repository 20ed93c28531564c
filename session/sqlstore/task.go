package sqlstore

import (
	"database/sql"
	"errors"
	"reflect"
	"slices"
)

// task is somebody's part of a transaction. Where to ask costs a message to the database and the wait for its answer, what the tasks of a group
// are known to ask goes in one message; elsewhere nobody asks ahead.
type task struct {
	run     work
	locks   []lock
	belongs *question  // its answer is the place whose locks the task needs as well; nil: it needs none
	first   []question // what run asks, of rows that change under these locks only
}

// question is a query for one row.
type question struct {
	query string
	args  []any
}

func (q question) is(query string, args []any) bool {
	return q.query == query && reflect.DeepEqual(q.args, args)
}

// answer is the row as the driver has it.
type answer struct {
	question
	row []any // nil: there is none
}

func (a answer) into(columns []any) error {
	if a.row == nil {
		return sql.ErrNoRows
	}
	return scanValues(a.row, columns)
}

// answers are those to questions that were asked ahead.
type answers []answer

// take takes one out.
func (as *answers) take(query string, args []any) (answer, bool) {
	i := slices.IndexFunc(*as, func(a answer) bool { return a.is(query, args) })
	if i < 0 {
		return answer{}, false
	}
	a := (*as)[i]
	*as = slices.Delete(*as, i, i+1)
	return a, true
}

// settle locks what the task's thing belongs to. What is not there needs no lock.
func (m *waiting) settle(where answer) error {
	var p place
	err := where.into([]any{(*id)(&p.session), (*text)(&p.subject), (*text)(&p.client)})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		m.locks, m.belongs = append(m.locks, p.whole()...), nil
	}
	return err
}

// cross finds the tasks that read what one before in the group may change, and drops what was asked ahead for them. To change what another
// reads a task must hold a lock that keeps others from one of the other's.
func cross(group []*waiting) {
	held := map[int64]bool{} // whether somebody before holds it to himself
	for _, m := range group {
		m.crossed = len(m.locks) == 0 // it says nothing of what it reads
		for _, l := range m.locks {
			alone, taken := held[l.key]
			m.crossed = m.crossed || taken && (alone || l.alone)
		}
		if m.crossed {
			m.ahead = nil
		}
		for _, l := range m.locks {
			held[l.key] = held[l.key] || l.alone
		}
	}
}
