package guard

import (
	"encoding/binary"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// verdict is a yes about one text. It is not changed once kept. It is small, since a look at one that was not looked at for a while is a
// wait for memory.
type verdict struct {
	print  print
	answer introspect.Answer
	over   session.Date // from then on it is of no use to anybody
	key    *jwks.Key    // jwt: that signed it; the same for all of one
	hangs  *hangs       // jwt, behind a fence
	asked  time.Time    // ttl-cache: when the question was
}

// hangs is what a token hangs on: whatever of it is taken back takes the token along.
type hangs struct {
	marks  revocation.Marks
	actors session.List
	mark   revocation.Mark
}

// memory is a table of fixed size: rows of a few places each, of which a print has one row. To find takes no lock. When a row is full,
// what ends first makes place; the signature of such a token is checked again, or the question asked again.
type memory struct {
	printer
	rows   uint64 // a power of two
	table  []place
	change sync.Mutex // held while something is kept or forgotten
}

// place holds one verdict. The mark is of its print, 0 when there is none; side by side, one fetch from memory brings both.
type place struct {
	mark atomic.Uint64
	held atomic.Pointer[verdict]
}

// places a row: four cache lines, of which the first are filled first. With half of all places taken, a row is full once in some ten
// thousand times; with rows of eight it would be once in thirty.
const places = 16

func newMemory(capacity int) *memory {
	rows := 1 << bits.Len(uint(2*capacity-1)/places) // at least twice, at most four times what is asked for
	return &memory{printer: newPrinter(), rows: uint64(rows), table: make([]place, rows*places)}
}

// row is where a print belongs, and how it is marked there.
func (m *memory) row(p print) (row []place, mark uint64) {
	from := int(binary.LittleEndian.Uint64(p[:8])&(m.rows-1)) * places
	return m.table[from : from+places], binary.LittleEndian.Uint64(p[8:]) | 1
}

// find looks a print up. The mark is a hint; the print is compared.
func (m *memory) find(p print) *verdict {
	row, mark := m.row(p)
	for i := range row {
		if row[i].mark.Load() == mark {
			if v := row[i].held.Load(); v != nil && v.print == p {
				return v
			}
		}
	}
	return nil
}

// keep puts a verdict in the place of an older one about the same text, in an empty place, or in that of the one that ends first.
func (m *memory) keep(v *verdict) {
	row, mark := m.row(v.print)
	m.change.Lock()
	defer m.change.Unlock()
	into, ends := 0, session.Date(-1)
	for i := range row {
		now := row[i].held.Load()
		switch {
		case now == nil:
			if ends != 0 { // the first empty place, but one about the same text may follow
				into, ends = i, 0
			}
		case now.print == v.print:
			row[i].held.Store(v)
			return
		case ends < 0 || now.over < ends:
			into, ends = i, now.over
		}
	}
	row[into].held.Store(v)
	row[into].mark.Store(mark)
}

// forget drops what is known of a text.
func (m *memory) forget(p print) {
	if m.find(p) == nil {
		return
	}
	row, _ := m.row(p)
	m.change.Lock()
	defer m.change.Unlock()
	for i := range row {
		if v := row[i].held.Load(); v != nil && v.print == p {
			row[i].mark.Store(0)
			row[i].held.Store(nil)
		}
	}
}
