package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// published is what is public about the signing keys at a moment.
type published struct {
	at       time.Time
	edition  uint64
	kids     []string // in the set
	set      []byte   // RFC 7517 §5
	etag     string   // of the set
	metadata []byte   // it names the algorithms
}

// publishing keeps it for a moment: everybody may ask, and each must not cost a set to be put together.
type publishing struct {
	mu   sync.Mutex
	last *published
}

// publishedLasts is far below what a change on the command line takes to get here.
const publishedLasts = 100 * time.Millisecond

func (s *Server) published(at time.Time) *published {
	p := &s.publishing
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last != nil && at.Sub(p.last.at) < publishedLasts && !at.Before(p.last.at) && s.cfg.Hybrid.stillPublic(p.last) {
		return p.last
	}
	p.last = &published{at: at}
	var algorithms []string
	if s.cfg.Hybrid != nil {
		p.last.edition = s.cfg.Hybrid.Keys.Edition()
		set := s.cfg.Hybrid.public(at)
		for _, k := range set.Keys() { // those that will sign are named before they do
			p.last.kids = append(p.last.kids, k.ID)
			if name := string(k.Algorithm); !slices.Contains(algorithms, name) {
				algorithms = append(algorithms, name)
			}
		}
		if set.Len() > 0 {
			p.last.set = set.AppendJSON(nil)
			sum := sha256.Sum256(p.last.set)
			p.last.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
		}
	}
	p.last.metadata = s.metadata.with(algorithms)
	return p.last
}

// public are the keys without those that were taken back: the list of keys is read a moment after the log is.
func (h *Hybrid) public(at time.Time) jwks.Set {
	set := h.Keys.Public(at)
	keys := slices.DeleteFunc(slices.Clone(set.Keys()), func(k jwks.Key) bool { return h.Fence.Set().CoversKey(k.ID) })
	if len(keys) == set.Len() {
		return set
	}
	rest, _ := jwks.NewSet(keys...) // they were in one
	return rest
}

// stillPublic reports whether nothing happened to what was put together but that a moment passed.
func (h *Hybrid) stillPublic(p *published) bool {
	return h == nil || h.Keys.Edition() == p.edition && !slices.ContainsFunc(p.kids, h.Fence.Set().CoversKey)
}

// errNoKeys is for a process that has not read its keys: an empty set would make verifiers drop good ones.
var errNoKeys = fmt.Errorf("signing keys were not read yet: %w", session.ErrUnavailable)

// keySet serves the public keys (RFC 7517 §5). Caches may keep the set for less than a key is published before it signs. A process that does
// not hear of takings-back says nothing: the revocation of a key has not waited for it.
func (x *exchange) keySet() error {
	if err := x.server.cfg.Hybrid.Fence.Fresh(x.r.Context()); err != nil {
		return fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	p := x.server.published(x.at)
	if p.set == nil {
		return errNoKeys
	}
	h := x.w.Header()
	h["Cache-Control"] = []string{"public, max-age=" + strconv.Itoa(x.server.keySetAge())}
	delete(h, "Pragma")
	h["Etag"] = []string{p.etag}
	if matches(x.r.Header["If-None-Match"], p.etag) {
		x.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = []string{"application/jwk-set+json"}
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(p.set)
	return nil
}

// keySetAge is in seconds.
func (s *Server) keySetAge() int {
	return int(min(s.cfg.Hybrid.Lead/2, 5*time.Minute) / time.Second)
}

// matches compares weakly, as If-None-Match does (RFC 9110 §13.1.2).
func matches(lines []string, etag string) bool {
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			if one = strings.Trim(one, " \t"); one == "*" || strings.TrimPrefix(one, "W/") == etag {
				return true
			}
		}
	}
	return false
}
