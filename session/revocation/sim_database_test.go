package revocation

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/introspectd/introspectd/session"
)

// database is the only truth. A transaction is a step that happens at its commit, some time after the request came.
type database struct {
	*process
	down    bool
	slow    time.Duration // how long a commit may take
	behind  time.Duration // how far back in time those look who read tokens
	logs    int
	history int           // counts the times it was restored
	robbed  bool          // it was restored and nobody said so by a new log id
	back    time.Duration // when that was done

	withdrew time.Duration // when it last withdrew something registered
	begun    Seq           // counts the takings-back that began
	crashed  int           // counts its crashes
	doomed   bool          // it crashes when the next acknowledgement has been stored that waits for no disk
	tables
}

// tables is what a copy of the database holds.
type tables struct {
	log     string
	head    Seq
	floor   Seq
	entries []record
	rows    []row
	holders []Acked
	flushed map[HolderID]Acked // what of that a crash leaves

	registry *registry
}

type record struct {
	Entry
	at time.Duration // the commit
}

type row struct {
	*token
	born    Seq
	opened  time.Duration
	revoked Seq
	at      time.Duration
}

func newDatabase(w *world) *database {
	db := &database{process: &process{w: w, name: "database"}, slow: time.Millisecond}
	db.host = w.newHost(1)
	db.log = db.newLog()
	db.flushed = map[HolderID]Acked{}
	db.registry = &registry{version: 1, client: w.newClient(), signer: w.newKey()}
	return db
}

func (db *database) newLog() string {
	db.logs++
	return fmt.Sprint("log ", db.logs)
}

func (t *tables) copied() tables {
	c := *t
	c.entries, c.rows, c.holders = slices.Clone(t.entries), slices.Clone(t.rows), slices.Clone(t.holders)
	c.flushed = maps.Clone(t.flushed)
	return c
}

// ask sends a statement, which reports what to do when its reply is back.
func (db *database) ask(from *process, statement func() (reply func())) {
	db.w.send(from, db.process, func() {
		if db.down {
			return
		}
		db.commit(func() {
			if reply := statement(); reply != nil {
				db.w.send(db.process, from, reply)
			}
		})
	})
}

// commit runs what becomes visible at once, when it does. A database that goes down before has rolled it back.
func (db *database) commit(f func()) {
	logs, crashed := db.logs, db.crashed
	db.w.in(db.w.between(100*time.Microsecond, max(db.slow, time.Millisecond)), func() {
		db.do(func() {
			if !db.down && db.logs == logs && db.crashed == crashed {
				f()
			}
		})
	})
}

// open writes a new token.
func (db *database) open(t *token) {
	db.rows = append(db.rows, row{token: t, born: db.head, opened: db.w.now})
}

// takeBack writes an entry, unless all that the selector names was taken back before: then whoever repeats it waits for that entry (P16).
// Done is called at the commit, with the tokens that are taken back by it; seq is 0 when there is none.
func (db *database) takeBack(sel session.Selector, done func(seq Seq, already bool, covered []*token)) {
	ticket := db.ticket()
	db.commit(func() {
		var latest Seq
		var covered []*token
		alive := false
		for _, r := range db.rows {
			if r.matches(sel) {
				covered = append(covered, r.token)
				alive = alive || r.revoked == 0
				latest = max(latest, r.revoked)
			}
		}
		one := db.w.registeredAs(sel)
		if one != nil {
			alive, latest = alive || one.seq == 0, max(latest, one.seq)
		}
		if db.robbed {
			return // no promise is made while the log grows over what it has lost
		}
		if !alive {
			done(latest, true, covered)
			return
		}
		seq := db.number(ticket)
		db.entries = append(db.entries, record{Entry{Seq: seq, Selector: sel}, db.w.now})
		slices.SortFunc(db.entries, func(a, b record) int { return int(a.Seq) - int(b.Seq) })
		db.head = max(db.head, seq)
		for i := range db.rows {
			if r := &db.rows[i]; r.matches(sel) && r.revoked == 0 {
				r.revoked, r.at = seq, db.w.now
				r.taken = min(r.taken, db.w.now)
			}
		}
		if one != nil {
			db.withdraw(one, seq)
		}
		db.w.logf("database commits entry %d: %v %s", seq, sel.Target, sel.Key)
		done(seq, false, covered)
	})
}

// register adds a holder, which has no lease that could lack anything that is in the log now.
func (db *database) register(id HolderID) {
	if !slices.ContainsFunc(db.holders, func(a Acked) bool { return a.Holder == id }) {
		h := Acked{Holder: id, Seq: db.head, Told: db.head}
		db.holders = append(db.holders, h)
		db.flush(h)
	}
}

// renew stores an acknowledgement and answers with what is new, in one step. It is false when the holder's registration is gone.
func (db *database) renew(id HolderID, log string, after, acked Seq, limit int) (Page, bool) {
	h := db.holder(id)
	if h == nil {
		return Page{}, false
	}
	if db.comparable(log, acked) {
		h.Seq = max(h.Seq, acked)
	}
	h.Told = db.head
	db.renewed(*h)
	return db.page(after, limit, db.renewalAsOf()), true
}

// holder is on the roll, or nil.
func (db *database) holder(id HolderID) *Acked {
	for i := range db.holders {
		if db.holders[i].Holder == id {
			return &db.holders[i]
		}
	}
	return nil
}

func (db *database) page(after Seq, limit int, asof time.Duration) Page {
	p := Page{Log: db.log, Head: db.floor, Floor: db.floor, After: after, Registry: db.registry.version}
	for _, e := range db.entries {
		if e.at > asof {
			continue
		}
		p.Head = max(p.Head, e.Seq)
		if e.Seq == after {
			p.Last = e.Entry
		}
		if e.Seq > after && len(p.Entries) < limit {
			p.Entries = append(p.Entries, e.Entry)
		}
	}
	return p
}

// lookup reads a token and the head in one snapshot, perhaps an old one.
func (db *database) lookup(t *token) (known bool, born, revoked, head Seq) {
	asof := db.w.now - db.behind
	for _, r := range db.rows {
		if r.token == t && r.opened <= asof {
			known, born = true, r.born
			if r.at <= asof {
				revoked = r.revoked
			}
		}
	}
	return known, born, revoked, db.page(0, 0, asof).Head
}

// reap removes the registrations of those who have not renewed since an entry was committed.
func (db *database) reap(log string, seq Seq, ids []HolderID) {
	if log != db.log {
		return
	}
	db.holders = slices.DeleteFunc(db.holders, func(a Acked) bool {
		return slices.Contains(ids, a.Holder) && Settling{Seq: seq}.silent(a)
	})
}

// gc drops entries that nobody can need any more.
func (db *database) gc() {
	n := 0
	for n < len(db.entries) && db.entries[n].at < db.w.now-KeepEntries {
		db.floor = db.entries[n].Seq
		n++
	}
	db.entries = db.entries[n:]
}
