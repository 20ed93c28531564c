package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// Answerer tells a caller what a token is worth to it ([introspect.Service]).
type Answerer interface {
	Answer(ctx context.Context, c *caller.Client, token session.Handle, at time.Time) (introspect.Answer, error)
}

// Observer counts requests. Endpoint and outcome come from fixed sets; what is not known is "other".
type Observer interface {
	Request(endpoint, outcome string, took time.Duration)
}

// Config is what a [Server] stands on. Fields without a stated default are needed.
type Config struct {
	Issuer   string // an http or https URL, served byte for byte in the metadata; endpoints are below its path
	Sessions *session.Service
	Answers  Answerer
	Callers  *caller.Registry
	Feed     Teller // nil: nobody follows the log through this server

	// Guesses counts well-formed tokens that were never issued. It is the one that Answers spends from. Nil: 50 a second after 500.
	Guesses *caller.Guesses
	// Failures counts failed authentication, by client id and address. Nil: 5 a second after 20.
	Failures *caller.Throttle
	// Writing bounds one change, settling included: past it the caller is told that the outcome is unknown. Default 10 s.
	Writing time.Duration

	Hybrid *Hybrid // nil: there are no internal JWTs

	Checks        []Check      // what readiness hangs on
	Metrics       http.Handler // served by AdminHandler; nil: not there
	PublicMetrics bool         // and by Handler
	Observe       Observer     // nil: nobody counts
	Log, Audit    *slog.Logger // nil: nothing is written
}

// Server holds the handlers. Its methods may be called by anybody at any time.
type Server struct {
	cfg      Config
	settled  *session.Service // answers when a taking-back is settled
	prompt   *session.Service // answers at commit
	metadata metadata
	ids      requestIDs
	notes    notes

	unready    atomic.Bool
	readiness  readiness
	publishing publishing
	exchanges  sync.Pool // of *exchange
	lane       lane
	public     *gin.Engine
	admin      *gin.Engine
}

const defaultWriting = 10 * time.Second // several times the longest settling there is

// New checks the configuration and builds the routes.
func New(c Config) (*Server, error) {
	switch {
	case c.Sessions == nil:
		return nil, errors.New("http server: no sessions")
	case c.Answers == nil:
		return nil, errors.New("http server: no one to answer questions")
	case c.Callers == nil:
		return nil, errors.New("http server: no client registry")
	case c.Writing < 0:
		return nil, errors.New("http server: the bound for writing is negative")
	}
	m, err := newMetadata(c.Issuer, c.Feed != nil, c.Hybrid != nil)
	if err = errors.Join(err, c.Hybrid.check()); err != nil {
		return nil, err
	}
	if c.Guesses == nil {
		c.Guesses = caller.NewGuesses(50, 500)
	}
	if c.Failures == nil {
		c.Failures = caller.NewThrottle(5, 20)
	}
	if c.Writing == 0 {
		c.Writing = defaultWriting
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Audit == nil {
		c.Audit = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		cfg: c, settled: c.Sessions, prompt: c.Sessions.AtCommit(), metadata: m,
		ids: newRequestIDs(), notes: newNotes(c.Log, c.Audit), lane: newLane(),
	}
	s.exchanges.New = func() any { return &exchange{server: s, buf: make([]byte, 0, 1<<10)} }
	s.public, s.admin = s.publicRoutes(), s.adminRoutes()
	return s, nil
}

// Handler serves everything but what is for operators only.
func (s *Server) Handler() http.Handler { return s.public }

// AdminHandler serves health and metrics.
func (s *Server) AdminHandler() http.Handler { return s.admin }

// SetReady says whether new work should be sent here. A stopping daemon says no before it stops listening.
func (s *Server) SetReady(ready bool) { s.unready.Store(!ready) }
