package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/introspectd/introspectd/session"
)

// exchange is one request and its answer. It is reused: nothing of it outlives its handler.
type exchange struct {
	server  *Server
	route   *route
	gin     *gin.Context
	w       gin.ResponseWriter
	r       *http.Request
	at      time.Time // the one reading of the clock that all decisions of this request take
	id      string
	outcome outcome
	buf     []byte // the body being written
}

// serve makes a gin handler of an endpoint. This is all the middleware there is.
func (s *Server) serve(to *route, endpoint func(*exchange) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		x := s.exchanges.Get().(*exchange)
		x.route, x.gin, x.w, x.r, x.at, x.outcome = to, c, c.Writer, c.Request, time.Now(), outcomeOK
		x.id = s.ids.of(c.Request.Header)
		defer x.end()
		x.commonHeaders()
		if err := endpoint(x); err != nil {
			x.fail(err)
		}
	}
}

// end runs last, also after a panic: the connection and its next request are not harmed by it.
func (x *exchange) end() {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it this way too
			panic(p)
		}
		x.server.cfg.Log.Error("panic while serving", "request", x.id, "endpoint", x.route.label, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		if x.w.Written() {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		}
		x.fail(errPanicked)
	}
	took := time.Since(x.at)
	if o := x.server.cfg.Observe; o != nil {
		o.Request(x.route.label, string(x.outcome), took)
	}
	level := slog.LevelInfo
	if x.route.hot {
		level = slog.LevelDebug
	}
	if log := x.server.cfg.Log; log.Enabled(context.Background(), level) {
		log.LogAttrs(context.Background(), level, "request", slog.String("request", x.id), slog.String("endpoint", x.route.label),
			slog.Int("status", x.w.Status()), slog.String("outcome", string(x.outcome)), slog.Duration("took", took))
	}
	clear(x.buf[:cap(x.buf)]) // it held tokens
	x.gin, x.w, x.r, x.id = nil, nil, nil, ""
	if cap(x.buf) <= maxKept {
		x.server.exchanges.Put(x)
	}
}

// maxKept is the largest body buffer that is kept for the next request. A listing of a thousand sessions is not.
const maxKept = 16 << 10

// Values of headers that are the same in every answer. They are shared: nobody appends to them.
var (
	valueJSON    = []string{"application/json"}
	valueNoStore = []string{"no-store"}
	valueNoCache = []string{"no-cache"}
	valueNosniff = []string{"nosniff"}
)

// commonHeaders are on every answer, errors included: nothing here is for caches (RFC 7662 §4, RFC 6749 §5.1).
func (x *exchange) commonHeaders() {
	h := x.w.Header()
	h["Cache-Control"] = valueNoStore
	h["Pragma"] = valueNoCache
	h["X-Content-Type-Options"] = valueNosniff
	h["X-Request-Id"] = []string{x.id}
}

// json writes a whole answer.
func (x *exchange) json(status int, body []byte) {
	x.w.Header()["Content-Type"] = valueJSON
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // who does not read the answer has hung up; there is nobody left to tell
	x.buf = body
}

// object begins a JSON answer in the exchange's own buffer.
func (x *exchange) object() *object {
	return &object{append(x.buf[:0], '{')}
}

// changing is the context for a change. A client that hangs up does not stop it: once begun it completes or fails by itself.
func (x *exchange) changing() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(x.r.Context()), x.server.cfg.Writing)
}

// settledBy says which entry of the log took something back.
func (x *exchange) settledBy(seq session.Seq) {
	if seq > 0 {
		x.w.Header()["Revocation-Seq"] = []string{strconv.FormatUint(uint64(seq), 10)}
	}
}
