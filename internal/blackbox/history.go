package blackbox

import (
	"fmt"
	"sync"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Instant is a reading of the one clock of a run, from its beginning on.
type Instant time.Duration

func (i Instant) String() string { return time.Duration(i).Round(time.Microsecond).String() }

// Key names what can be taken back: one token, a session, a subject, a client, a key that signs.
type Key string

// Number tells tokens apart in a history, which holds no handles.
type Number int

// Token is one that was issued in a run, and what it can be taken back by: a handle, or an internal JWT that was made from one.
type Token struct {
	Number                   Number
	Access                   session.Handle
	Session, Subject, Client string

	Signed *Token // of a handle: the JWT that was made from it; nil: none was
	Signer string // of a JWT: the id of the key that signed it
	From   Number // of a JWT: the handle that it was made from
}

// Keys are those that a taking-back of the token may name. What takes back a handle takes back the JWT too.
func (t *Token) Keys() []Key {
	handle := t.Number
	if t.Signer != "" {
		handle = t.From
	}
	keys := []Key{
		Key(fmt.Sprintf("token %d", handle)), Key("session " + t.Session), Key("subject " + t.Subject), Key("client " + t.Client),
	}
	if t.Signer != "" {
		keys = append(keys, signer(t.Signer))
	}
	return keys
}

func signer(id string) Key { return Key("key " + id) }

// asSigned is what a party that knows JWTs alone is asked about: the one that was made from a handle, if there is one.
func (t *Token) asSigned() *Token {
	if t.Signed != nil {
		return t.Signed
	}
	return t
}

// Outcome is what came of a call.
type Outcome uint8

// An error, a timeout or a 503 is Unknown: it says nothing about the token, and nothing about whether a taking-back was done.
const (
	Unknown  Outcome = iota
	Active           // a question: accepted
	Inactive         // a question: refused, because the token is not good
	Done             // a taking-back: returned, and says that it is done
)

var outcomes = [...]string{"unknown", "active", "inactive", "done"}

func (o Outcome) String() string { return outcomes[o] }

// Op is one call. A question has a Token, a taking-back a Key.
type Op struct {
	Token        Number
	Key          Key // "": a question
	Who          string
	Call, Return Instant
	Outcome      Outcome
	Words        string // what was said besides, such as a status
}

func (o Op) String() string {
	what := string(o.Key)
	if o.Key == "" {
		what = fmt.Sprintf("asks for token %d", o.Token)
	} else {
		what = "takes back " + what
	}
	return fmt.Sprintf("[%v, %v] %s %s: %v %s", o.Call, o.Return, o.Who, what, o.Outcome, o.Words)
}

// Event is something that was done to the installation.
type Event struct {
	At    Instant
	Words string
}

// History is what a run has recorded.
type History struct {
	Tokens []Token
	Ops    []Op
	Events []Event
}

// Recorder keeps the one clock and the history.
type Recorder struct {
	begun time.Time // its monotonic part is the clock

	mu      sync.Mutex
	history History // guarded by mu
}

// NewRecorder starts the clock.
func NewRecorder() *Recorder { return &Recorder{begun: time.Now()} }

// Now reads the clock.
func (r *Recorder) Now() Instant { return Instant(time.Since(r.begun)) }

// Issued numbers a token.
func (r *Recorder) Issued(t Token) *Token {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Number = Number(len(r.history.Tokens))
	r.history.Tokens = append(r.history.Tokens, t)
	return &t
}

// Note writes down what was done to the installation.
func (r *Recorder) Note(format string, args ...any) {
	at := r.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history.Events = append(r.history.Events, Event{at, fmt.Sprintf(format, args...)})
}

// Append adds an op whose stamps were taken by the caller.
func (r *Recorder) Append(o Op) Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history.Ops = append(r.history.Ops, o)
	return o
}

// History is what there is so far. Calls that are still under way are not in it.
func (r *Recorder) History() History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return History{
		append([]Token(nil), r.history.Tokens...), append([]Op(nil), r.history.Ops...), append([]Event(nil), r.history.Events...),
	}
}
