package jwks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// ErrUnavailable means that it could not be found out whether a key is the issuer's: never read it as "no".
var ErrUnavailable = errors.New("key set unavailable")

// Config says where a set is published and how often it is asked for. Zero fields have the defaults named beside them.
type Config struct {
	URL    string       // https, or http to a loopback address; required
	Client *http.Client // http.DefaultClient. Its redirects are not followed, whatever it says.

	Floor   time.Duration // 10 s: never two requests closer together, be they for unknown ids or after failures
	Refresh time.Duration // 5 min: a set older than this is fetched anew while it is still used
	MaxAge  time.Duration // 1 h: a set older than this is not believed any more
	Timeout time.Duration // 5 s: for one request
}

// Source is a set of keys that is fetched over HTTP when it is first needed, when it has grown old, and once when a key id is not in it.
type Source struct {
	cfg Config

	known atomic.Pointer[snapshot] // what is known; read without a lock on the hot path

	mu      sync.Mutex      // guards what follows
	tried   time.Time       // when the last request began
	failed  error           // what became of it
	flight  chan struct{}   // closed when the one under way has ended; nil: none is
	dropped map[string]bool // ids never to be believed again
}

// snapshot is a fetched set. It is not changed once stored.
type snapshot struct {
	set  Set
	etag string
	at   time.Time // when the request that brought it, or found it unchanged, began
}

// maxDropped bounds the ids that are remembered as revoked. An installation revokes one in years.
const maxDropped = 1000

// NewSource validates the configuration. It asks nobody anything.
func NewSource(cfg Config) (*Source, error) {
	if err := checkURL(cfg.URL); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		name  string
		value *time.Duration
		byDef time.Duration
	}{
		{"floor", &cfg.Floor, 10 * time.Second},
		{"refresh", &cfg.Refresh, 5 * time.Minute},
		{"maximum age", &cfg.MaxAge, time.Hour},
		{"timeout", &cfg.Timeout, 5 * time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.byDef
		}
		if *d.value < 0 {
			return nil, fmt.Errorf("key source: %s is negative", d.name)
		}
	}
	if cfg.Floor > cfg.Refresh || cfg.Refresh > cfg.MaxAge {
		return nil, errors.New("key source: floor, refresh and maximum age must not go down in this order")
	}
	cfg.Client = withoutRedirects(cfg.Client)
	return &Source{cfg: cfg, dropped: map[string]bool{}}, nil
}

// Find looks for a key by its id. No key and no error means that the issuer's set, as of the last floor at the furthest, does not have it.
// An error wraps [ErrUnavailable].
func (s *Source) Find(ctx context.Context, id string, at time.Time) (Key, bool, error) {
	now := s.known.Load()
	if now != nil && at.Sub(now.at) < s.cfg.Refresh {
		if k, ok := now.set.Key(id); ok {
			return k, true, nil
		}
	}
	ended, err := s.fetch(at)
	if now != nil && at.Sub(now.at) < s.cfg.MaxAge {
		if k, ok := now.set.Key(id); ok {
			return k, true, nil // good enough while the new one is on its way
		}
	}
	if ended != nil {
		select {
		case <-ended:
			err = s.lastError()
		case <-ctx.Done():
			return Key{}, false, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		}
	}
	if now = s.known.Load(); now != nil && at.Sub(now.at) < s.cfg.MaxAge {
		if k, ok := now.set.Key(id); ok {
			return k, true, nil
		}
		if err == nil {
			return Key{}, false, nil
		}
	}
	if err == nil {
		err = errors.New("too old")
	}
	return Key{}, false, fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Drop forgets a key for good: whatever the source says later, it is not believed again. It is how the revocation of a key takes hold at
// once.
func (s *Source) Drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.dropped) < maxDropped {
		s.dropped[id] = true
	}
	if now := s.known.Load(); now != nil {
		s.known.Store(&snapshot{now.set.without(s.dropped), "", now.at})
	}
}

// Run fetches the set when it has grown old, until ctx ends, so that no caller has to wait for it. Without it the source works as well.
func (s *Source) Run(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.Floor)
	defer tick.Stop()
	for {
		at := time.Now()
		if now := s.known.Load(); now == nil || at.Sub(now.at) >= s.cfg.Refresh-s.cfg.Floor {
			if ended, _ := s.fetch(at); ended != nil {
				<-ended // at most the timeout
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Source) lastError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// fetch begins a request unless one is under way, and returns what tells its end. Within the floor it begins none and says what became of
// the last.
func (s *Source) fetch(at time.Time) (ended <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight != nil {
		return s.flight, nil
	}
	if at.Sub(s.tried) < s.cfg.Floor {
		return nil, s.failed
	}
	s.tried, s.flight = at, make(chan struct{})
	go s.run(at) // ends within the timeout
	return s.flight, nil
}

func (s *Source) run(at time.Time) {
	old := s.known.Load()
	fresh, err := s.cfg.get(old, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed = err; err == nil {
		fresh.set = fresh.set.without(s.dropped)
		s.known.Store(fresh)
	}
	close(s.flight)
	s.flight = nil
}
