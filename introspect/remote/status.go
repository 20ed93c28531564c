package remote

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/introspectd/introspectd/session"
)

// StatusError is a response other than 200. It wraps [ErrRejected] for 401 and 403, and [session.ErrUnavailable] for all others.
type StatusError struct {
	Status     int
	RetryAfter time.Duration // when the server said so (429, 503); else 0
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("the endpoint answered %d %s", e.Status, http.StatusText(e.Status))
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(", try again in %v", e.RetryAfter)
	}
	return text
}

func (e *StatusError) Unwrap() error {
	if e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden {
		return ErrRejected
	}
	return session.ErrUnavailable
}

func statusError(resp *http.Response) *StatusError {
	e := &StatusError{Status: resp.StatusCode}
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable {
		e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	}
	return e
}

// longestRetry bounds what a server may ask for: after an hour the world is another one.
const longestRetry = time.Hour

// retryAfter reads either form of RFC 9110 §10.2.3, and 0 when it is neither.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestRetry)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestRetry)
}
