package run

import "fmt"

// filesPerPart is what a part may need beside connections: logs, a database, the runtime's own.
const filesPerPart = 64

// limits says what stands in the way before anything is begun, and makes do with it.
func (b *bench) limits() {
	if !b.place.Pinned {
		b.fail(fmt.Errorf("servers and load cannot be kept apart: %s", b.place.Why))
	}
	most, err := openFiles()
	if err != nil {
		b.note("how many files may be open is unknown: %v", err)
		return
	}
	// A storm opens two sets of connections at one server.
	if need := uint64(max(b.connections, 2*manyCallers) + filesPerPart); most < need {
		b.fail(fmt.Errorf("only %d files may be open at the same time, and %d are needed; raise the limit with ulimit -n", most, need))
		b.connections = int(max(1, min(uint64(b.connections), most/4)))
	}
}
