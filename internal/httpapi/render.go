package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// outcome is the label under which an answer is counted.
type outcome string

// What went well. Refusals are counted by their OAuth code, which is a fixed set too.
const (
	outcomeOK         outcome = "ok"
	outcomeActive     outcome = "active"
	outcomeInactive   outcome = "inactive"
	outcomeMalformed  outcome = "malformed" // inactive, and no handle of ours: mostly "Bearer " or quotes left in the value
	outcomeRepeated   outcome = "repeated"  // a refresh whose answer was lost
	outcomeReused     outcome = "reused"
	outcomeRemembered outcome = "remembered" // an exchange that cost no signature
	outcomeForeign    outcome = "foreign"    // another client's token
	outcomeUnready    outcome = "unready"
	outcomeCanceled   outcome = "canceled" // the client hung up before we knew
)

// Codes for which no RFC has a word.
const (
	codeGone       oauth.Code = "gone"
	codeNotFound   oauth.Code = "not_found"
	codeNotAllowed oauth.Code = "method_not_allowed"
)

// problem is an answer that is not the one that was asked for.
type problem struct {
	status    int
	code      oauth.Code
	words     string
	basic     bool       // challenge for a client
	bearer    bool       // challenge for a holder
	attribute oauth.Code // the challenge's error; none when nothing was presented (RFC 6750 §3.1)
	scope     string     // the challenge's scope
	retry     bool
}

// The refusals that handlers of this package name.
var (
	errPanicked = errors.New("panic")

	errNoClient       = &problem{status: http.StatusUnauthorized, code: oauth.InvalidClient, words: "client authentication is missing: send client id and secret with HTTP Basic", basic: true}
	errNoClientAsking = &problem{status: http.StatusUnauthorized, code: oauth.InvalidClient, words: errNoClient.words, basic: true, bearer: true}
	// RFC 9701 §5: without a known caller there is nobody to address a signed answer to.
	errNoClientJWT = &problem{status: http.StatusBadRequest, code: oauth.InvalidClient, words: errNoClient.words}
	errNoRole      = &problem{status: http.StatusForbidden, code: oauth.UnauthorizedClient, words: "the client has no role that allows this"}
	errThrottled   = &problem{status: http.StatusTooManyRequests, code: oauth.SlowDown, words: "too many attempts: wait, and look for what makes them", retry: true}
	errGone        = &problem{status: http.StatusGone, code: codeGone, words: "the log does not go on from there: drop what you remember and begin without after"}
	errNotFound    = &problem{status: http.StatusNotFound, code: codeNotFound, words: "there is nothing at this path"}
	errNotAllowed  = &problem{status: http.StatusMethodNotAllowed, code: codeNotAllowed}
	errNoBearer    = &problem{status: http.StatusUnauthorized, code: oauth.InvalidToken, words: "access token is missing: send it as Authorization: Bearer", bearer: true}
	errBadBearer   = &problem{status: http.StatusUnauthorized, code: oauth.InvalidToken, words: "the access token is unknown, expired or revoked", bearer: true, attribute: oauth.InvalidToken}

	errNarrow = &problem{
		status: http.StatusForbidden, code: oauth.InsufficientScope, bearer: true, attribute: oauth.InsufficientScope,
		words: "the access token does not have the scope that this needs",
	}

	// RFC 7662 §2.3: at the introspection endpoint this is 401, elsewhere RFC 6750 §3.1 has it 403.
	errBearerAsking = &problem{
		status: http.StatusUnauthorized, code: oauth.InsufficientScope, bearer: true, attribute: oauth.InsufficientScope,
		words: "the token does not identify a resource server: authenticate as a client",
	}
)

func (p *problem) Error() string { return string(p.code) + ": " + p.words }

// fail writes an error. It is the one place that knows which status and code an error has.
func (x *exchange) fail(err error) {
	if x.w.Written() {
		x.server.notes.trouble(x, "answer broke off", err)
		return
	}
	p := x.problem(err)
	x.outcome = outcomeOf(p)
	if x.r.Context().Err() != nil && p.status >= http.StatusInternalServerError {
		x.outcome = outcomeCanceled
	}
	h := x.w.Header()
	if p.basic {
		h.Add("WWW-Authenticate", oauth.Challenge{Scheme: oauth.SchemeBasic, Realm: realm}.String())
	}
	if p.bearer {
		h.Add("WWW-Authenticate", bearerChallenge(p))
	}
	if p.retry {
		h["Retry-After"] = []string{"1"} // the throttles give one back within a second, and so does a lease
	}
	x.json(p.status, x.object().text("error", string(p.code)).text("error_description", p.words).end())
}

const realm = "introspectd"

func bearerChallenge(p problem) string {
	c := oauth.Challenge{Scheme: oauth.SchemeBearer, Realm: realm, Error: p.attribute, Scope: p.scope}
	if p.attribute != "" {
		c.Description = p.words
	}
	return c.String()
}

func (x *exchange) problem(err error) problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return *p
	}
	if e, ok := errors.AsType[*oauth.Error](err); ok {
		return x.spelled(e, errors.Is(err, oauth.ErrTooLarge))
	}
	if r, ok := errors.AsType[*session.Refusal](err); ok {
		return problem{status: http.StatusBadRequest, code: oauth.Code(r.Reason), words: oauth.Clean(r.Detail)}
	}
	switch {
	case errors.Is(err, introspect.ErrForbidden):
		return *errNoRole
	case errors.Is(err, introspect.ErrThrottled), errors.Is(err, revocation.ErrTooManySubscribers):
		return *errThrottled
	case errors.Is(err, revocation.ErrGone):
		return *errGone
	case errors.Is(err, session.ErrUnavailable), errors.Is(err, revocation.ErrStale),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		x.server.notes.trouble(x, "could not find out", err)
		return problem{
			status: http.StatusServiceUnavailable, code: oauth.TemporarilyUnavailable, retry: true,
			words: "this cannot be found out or done at the moment: nothing is said about the token",
		}
	}
	x.server.notes.trouble(x, "unexpected error", err)
	return problem{status: http.StatusInternalServerError, code: oauth.ServerError, words: "internal error, see the log for request " + x.id}
}

// spelled gives an error of package oauth its status and challenge.
func (x *exchange) spelled(e *oauth.Error, tooLarge bool) problem {
	p := problem{status: http.StatusBadRequest, code: e.Code, words: oauth.Clean(e.Description)}
	switch {
	case tooLarge:
		p.status = http.StatusRequestEntityTooLarge
	case e.Code == oauth.InvalidClient:
		// RFC 6749 §5.2 leaves 400 open where the Authorization header was not used; 401 says the same thing everywhere.
		p.status, p.basic = http.StatusUnauthorized, true
	case x.route.bearer:
		p.bearer, p.attribute = true, e.Code // RFC 6750 §3.1
	}
	return p
}

func outcomeOf(p problem) outcome {
	switch p.status {
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusTooManyRequests:
		return "throttled"
	case http.StatusServiceUnavailable:
		return "unavailable"
	case http.StatusInternalServerError:
		return "error"
	}
	return outcome(p.code)
}
