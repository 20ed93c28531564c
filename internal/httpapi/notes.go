package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// notes writes what people read later: trouble to the log, who took back what to the audit log. What strangers can cause at will is
// written so many times a second at most, with the number of those left out.
type notes struct {
	log, audit *slog.Logger
	loud       *caller.Throttle
	omitted    map[string]*atomic.Int64 // by kind of line
}

const (
	noteTrouble = "trouble"
	noteFailure = "failure"
	noteUndone  = "undone"
)

func newNotes(log, audit *slog.Logger) notes {
	return notes{
		log, audit,
		caller.NewThrottle(5, 50), // readable by a person, and a flood still leaves traces
		map[string]*atomic.Int64{noteTrouble: {}, noteFailure: {}, noteUndone: {}},
	}
}

// loudly reports whether a line may be written, and how many were left out before it.
func (n *notes) loudly(kind string) (omitted int64, ok bool) {
	if !n.loud.Spend(kind, time.Now()) {
		n.omitted[kind].Add(1)
		return 0, false
	}
	return n.omitted[kind].Swap(0), true
}

func (n *notes) trouble(x *exchange, what string, err error) {
	if x.r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // who asked has gone, and nothing is wrong with us
	}
	if omitted, ok := n.loudly(noteTrouble); ok {
		n.log.Error(what, "request", x.id, "endpoint", x.route.label, "error", plain(err.Error()), "omitted", omitted)
	}
}

// refused notes a failed authentication. What was presented as an id is written only if it could be one.
func (n *notes) refused(x *exchange, id, why string) {
	omitted, ok := n.loudly(noteFailure)
	if !ok {
		return
	}
	if !caller.ValidID(id) {
		id = "not a client id"
	}
	n.audit.Warn("authentication failed", "request", x.id, "endpoint", x.route.label, "client", id, "from", address(x.r), "why", why, "omitted", omitted)
}

// record writes an audit line about something that a client did.
func (n *notes) record(x *exchange, what, client string, about ...any) {
	n.audit.Info(what, append([]any{"request", x.id, "client", client, "from", address(x.r)}, about...)...)
}

// undone notes a taking-back that may not have happened (RFC 7009 §2.2.1: the client must take the token for alive).
func (n *notes) undone(x *exchange, kind, key string, err error) {
	omitted, ok := n.loudly(noteUndone)
	if !ok {
		return
	}
	n.audit.Error("taking back failed", "request", x.id, "endpoint", x.route.label, "from", address(x.r), "kind", kind, "key", plain(key), "error", plain(err.Error()), "omitted", omitted)
}

func address(r *http.Request) string { return plain(r.RemoteAddr) }

// maxNoted bounds one value in a log line.
const maxNoted = 512

// plain makes a text from outside fit for one line of a log, whatever writes it: no line break, no escape sequence, no end to it.
func plain(text string) string {
	if len(text) > maxNoted {
		text = text[:maxNoted] + "..."
	}
	if utf8.ValidString(text) {
		odd := false
		for _, r := range text {
			odd = odd || !unicode.IsPrint(r)
		}
		if !odd {
			return text
		}
	}
	return strconv.QuoteToASCII(text)
}

// seqOf is how an entry's position is written.
func seqOf(seq session.Seq) slog.Attr { return slog.Uint64("seq", uint64(seq)) }
