package run

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// journal is how far SQLite's write-ahead log has come, by its index (https://sqlite.org/walformat.html).
type journal struct {
	commits uint32  // counted on and on; they wrap
	frames  uint32  // of the log as it is now
	page    int64   // bytes
	salt    [8]byte // another one when the log has begun anew
}

const (
	indexBytes  = 48 // of the index' header, which is there twice
	logHeader   = 32
	frameHeader = 24
)

// journalOf reads the index of a database that somebody has open.
func journalOf(database string) (j journal, err error) {
	f, err := os.Open(database + "-shm")
	if err != nil {
		return j, err
	}
	defer func() { _ = f.Close() }()
	for range 1000 { // both headers are the same when nobody is writing them
		var text [2 * indexBytes]byte
		if _, err := f.ReadAt(text[:], 0); err != nil {
			return j, fmt.Errorf("read the index of the write-ahead log: %w", err)
		}
		if one, other := text[:indexBytes], text[indexBytes:]; bytes.Equal(one, other) && one[12] != 0 {
			return parseIndex(one), nil
		}
	}
	return j, errors.New("the index of the write-ahead log never stands still")
}

// parseIndex reads a header of the index. Its numbers are in the machine's own order.
func parseIndex(header []byte) journal {
	order := binary.NativeEndian
	j := journal{commits: order.Uint32(header[8:]), frames: order.Uint32(header[16:]), page: int64(order.Uint16(header[14:])), salt: [8]byte(header[32:])}
	if j.page == 1 {
		j.page = 65536 // which two bytes do not hold
	}
	return j
}

// commitBytes is how long a commit was in the log on average, among those from one moment to another. Of a log that was begun anew in between
// only what followed is seen.
func commitBytes(database string, from, to journal) (float64, error) {
	first := from.frames
	if from.salt != to.salt {
		first = 0
	}
	f, err := os.Open(database + "-wal")
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	ends := 0
	for n := first; n < to.frames; n++ {
		var size [4]byte // of the database after the commit; 0 where a commit goes on
		if _, err := f.ReadAt(size[:], logHeader+int64(n)*(frameHeader+to.page)+4); err != nil {
			return 0, fmt.Errorf("read the write-ahead log: %w", err)
		}
		if binary.BigEndian.Uint32(size[:]) != 0 {
			ends++
		}
	}
	if ends == 0 {
		return 0, errors.New("the write-ahead log has no commit")
	}
	return float64(int64(to.frames-first)*(frameHeader+to.page)) / float64(ends), nil
}
