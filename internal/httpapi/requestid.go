package httpapi

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/introspectd/introspectd/session"
)

// requestIDs names requests: a prefix that no other process has, and a count. A random id for each would cost more than all else that is
// done around a question.
type requestIDs struct {
	prefix string
	count  *atomic.Uint64
}

func newRequestIDs() requestIDs { return requestIDs{rand.Text()[:10] + "-", new(atomic.Uint64)} }

// of is the id that the request brings, if it can be trusted to be harmless in logs and headers, or else a new one.
func (ids requestIDs) of(h http.Header) string {
	if values := h["X-Request-Id"]; len(values) == 1 && cleanID(values[0]) {
		return values[0]
	}
	var b [32]byte
	id := append(b[:0], ids.prefix...)
	return string(strconv.AppendUint(id, ids.count.Add(1), 36))
}

// maxID is room for a UUID, a trace id, or what load balancers send.
const maxID = 64

func cleanID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return id != "" && len(id) <= maxID && session.Present(id).Kind() == session.Malformed // nor a token that lost its way
}
