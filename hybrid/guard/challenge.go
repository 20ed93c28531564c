package guard

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session"
)

// challenges writes refusals. This file alone knows which status, code and header each has (RFC 6750 §3).
type challenges struct{ realm, metadata string }

// refusal is an answer in the handler's place.
type refusal struct {
	status int
	code   oauth.Code // of the challenge and the body; none when no token was sent (RFC 6750 §3.1)
	words  string
	scope  session.List
	retry  time.Duration // 503: when to come again
}

var (
	noToken    = refusal{status: http.StatusUnauthorized}
	badToken   = refusal{status: http.StatusUnauthorized, code: oauth.InvalidToken, words: "the access token is unknown, expired or revoked, or is for another API"}
	tokenInURL = refusal{
		status: http.StatusBadRequest, code: oauth.InvalidRequest,
		words: "access token in the URL: send it in the Authorization header; consider the token leaked",
	}
)

func (challenges) malformed(err error) *refusal {
	no := &refusal{status: http.StatusBadRequest, code: oauth.InvalidRequest}
	if e, ok := errors.AsType[*oauth.Error](err); ok {
		no.words = e.Description
	}
	return no
}

func (challenges) scope(wanted session.List) refusal {
	return refusal{
		status: http.StatusForbidden, code: oauth.InsufficientScope, words: "the access token does not have the scopes that are wanted here", scope: wanted,
	}
}

// unknown is for whatever kept us from finding out. An issuer that says when to ask again is passed on.
func unknown(err error) *refusal {
	no := &refusal{
		status: http.StatusServiceUnavailable, code: oauth.TemporarilyUnavailable, retry: time.Second,
		words: "what the access token is worth cannot be found out at the moment",
	}
	if e, ok := errors.AsType[*remote.StatusError](err); ok {
		no.retry = max(no.retry, e.RetryAfter)
	}
	return no
}

func (c challenges) refuse(w http.ResponseWriter, no refusal) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if no.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(int((no.retry+time.Second-1)/time.Second)))
	} else {
		h.Add("WWW-Authenticate", oauth.Challenge{
			Realm: c.realm, Error: no.code, Description: no.words, Scope: string(no.scope), ResourceMetadata: c.metadata,
		}.String())
	}
	if no.code == "" {
		w.WriteHeader(no.status)
		return
	}
	body, _ := json.Marshal(&oauth.Error{Code: no.code, Description: no.words}) // two strings always can be
	h.Set("Content-Type", oauth.MediaJSON)
	w.WriteHeader(no.status)
	_, _ = w.Write(body)
}
