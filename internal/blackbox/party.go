package blackbox

import (
	"context"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Party is somebody who can be asked whether he accepts a token: a daemon through introspection, a service through its guard.
type Party interface {
	// Name tells it from others in a history.
	Name() string
	// About is what it is asked about when a token is meant: the token, or the JWT that was made from it.
	About(t *Token) *Token
	// Accepts asks once. It MUST begin no sooner than it is called, and return no sooner than the answer has been read. What is not clearly
	// Active or Inactive is Unknown, in words.
	Accepts(ctx context.Context, t *Token) (Outcome, string)
}

// Taker is somebody who can take back what has a key: a daemon, or the command line.
type Taker interface {
	Name() string
	// TakeBack returns Done only when it was told so.
	TakeBack(ctx context.Context, what Taking) (Outcome, string)
}

// Taking is one way to take a token back.
type Taking struct {
	By      Way
	Token   *Token
	Refresh session.Handle // of the token's session, for ByRefresh
}

// Way is how something is taken back.
type Way uint8

// The ways, and what each of them covers.
const (
	ByToken   Way = iota // the access token alone
	ByRefresh            // the refresh token, and with it the session
	ByLogout             // by the holder of the access token: the session
	BySession
	BySubject
	ByClient
	ByKey // the key that signed the JWT that was made from the token: that JWT, and all others that it signed
)

var ways = [...]string{"token", "refresh token", "logout", "session", "subject", "client", "key"}

func (w Way) String() string { return ways[w] }

// Key is what is covered.
func (t Taking) Key() Key {
	keys := t.Token.Keys()
	switch t.By {
	case ByToken:
		return keys[0]
	case BySubject:
		return keys[2]
	case ByClient:
		return keys[3]
	case ByKey:
		return signer(t.Token.asSigned().Signer)
	default:
		return keys[1]
	}
}

// Ask puts a question and writes it down.
func (r *Recorder) Ask(ctx context.Context, p Party, t *Token) Op {
	t = p.About(t)
	o := Op{Token: t.Number, Who: p.Name(), Call: r.Now()}
	o.Outcome, o.Words = p.Accepts(ctx, t)
	o.Return = r.Now()
	return r.Append(o)
}

// TakeBack takes back and writes it down.
func (r *Recorder) TakeBack(ctx context.Context, k Taker, what Taking) Op {
	o := Op{Token: what.Token.Number, Key: what.Key(), Who: k.Name(), Call: r.Now()}
	o.Outcome, o.Words = k.TakeBack(ctx, what)
	o.Words = "by " + what.By.String() + " " + o.Words
	o.Return = r.Now()
	return r.Append(o)
}

const perhaps = "perhaps"

// Perhaps writes down that something may be taken back from now on, without anybody having been asked to: by a refresh token that is used twice.
func (r *Recorder) Perhaps(key Key) {
	now := r.Now()
	r.Append(Op{Key: key, Who: perhaps, Call: now, Return: now})
}

// Took is how long a call took.
func (o Op) Took() time.Duration { return time.Duration(o.Return - o.Call) }
