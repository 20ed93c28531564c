package guard

import (
	"crypto/rand"
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

// hangs is what a token hangs on: whatever of it is taken back takes the token along. Most looks end with the first two.
type hangs struct {
	clear  clearance
	mark   revocation.Mark
	marks  revocation.Marks
	actors session.List
}

// memory is a table of fixed size: rows of a few places each, of which a text has one row. To find takes no lock. When a row is full,
// what ends first makes place; the signature of such a token is checked again, or the question asked again. A nil memory keeps nothing.
type memory struct {
	printer
	seed   [2]uint64
	rows   uint64 // a power of two
	table  []place
	change sync.Mutex // held while something is kept or forgotten
}

// place holds one verdict. The mark is of its text, 0 when there is none; side by side, one fetch from memory brings both.
type place struct {
	mark atomic.Uint64
	held atomic.Pointer[verdict]
}

// places a row: four cache lines, of which the first are filled first. With half of all places taken, a row is full once in some ten
// thousand times; with rows of eight it would be once in thirty.
const places = 16

func newMemory(capacity int) *memory {
	rows := 1 << bits.Len(uint(2*capacity-1)/places) // at least twice, at most four times what is asked for
	m := &memory{printer: newPrinter(), rows: uint64(rows), table: make([]place, rows*places)}
	var seed [16]byte
	_, _ = rand.Read(seed[:]) // ends the process where there is no randomness
	m.seed = [2]uint64{binary.LittleEndian.Uint64(seed[:8]), binary.LittleEndian.Uint64(seed[8:])}
	return m
}

// row is where the verdict about a text belongs, and how it is marked there. Both come from the text's last bytes, which in a token are
// its signature's and as good as random, under a key of this memory. So the way to the verdict can be gone before the print is made.
func (m *memory) row(text string) (row []place, mark uint64) {
	var tail [16]byte
	copy(tail[:], text[max(0, len(text)-len(tail)):])
	high, low := bits.Mul64(binary.LittleEndian.Uint64(tail[:8])^m.seed[0], binary.LittleEndian.Uint64(tail[8:])^m.seed[1])
	mark = high ^ low
	from := int(mark>>32&(m.rows-1)) * places
	return m.table[from : from+places], mark | 1
}

// find looks a text up, and makes its print, by which a verdict is kept. The mark is a hint, and the print the proof. While that is made the
// verdict is on its way from memory, so that one wait hides behind the other.
func (m *memory) find(text string) (v *verdict, p print) {
	if m == nil {
		return nil, p
	}
	row, mark := m.row(text)
	for i := range row {
		if row[i].mark.Load() != mark {
			continue
		}
		if v := row[i].held.Load(); v != nil {
			prefetch(v)
			if p = m.print(text); v.print == p {
				return v, p
			}
		}
	}
	return nil, m.print(text)
}

// keep puts a verdict about a text, whose print it has, in the place of an older one about the same text, in an empty place, or in that of the one that ends first.
func (m *memory) keep(text string, v *verdict) {
	if m == nil {
		return
	}
	row, mark := m.row(text)
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
func (m *memory) forget(text string) {
	known, p := m.find(text)
	if known == nil {
		return
	}
	row, _ := m.row(text)
	m.change.Lock()
	defer m.change.Unlock()
	for i := range row {
		if v := row[i].held.Load(); v != nil && v.print == p {
			row[i].mark.Store(0)
			row[i].held.Store(nil)
		}
	}
}
