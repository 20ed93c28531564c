//go:build linux

package blackbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/introspectd/introspectd/session"
)

// door is how one daemon is called: over connections that are kept, and over a new one for each call.
type door struct {
	base  string
	kept  *http.Client
	fresh *http.Client
}

// keptAtMost is more than a schedule queues at a daemon at once.
const keptAtMost = 128

func newDoor(address string) *door {
	return &door{
		base:  "http://" + address,
		kept:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: keptAtMost}},
		fresh: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
}

func (d *door) close() { d.kept.CloseIdleConnections() }

// credentials are of a registered client.
type credentials struct {
	ID     string
	Secret session.Handle
}

// call is one request and what is known of its answer: status 0 means that there was none.
type call struct {
	method, path string
	as           credentials // no ID: none
	bearer       session.Handle
	form         url.Values
	body         string // JSON, when there is no form
}

// send makes a call. Whatever keeps the answer from being read whole is in words.
func (d *door) send(ctx context.Context, client *http.Client, c call, into any) (status int, words string) {
	body, kind := c.body, "application/json"
	if c.form != nil {
		body, kind = c.form.Encode(), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(ctx, c.method, d.base+c.path, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	if body != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.as.ID != "" {
		req.SetBasicAuth(c.as.ID, c.as.Secret.Reveal())
	}
	if !c.bearer.IsZero() {
		req.Header.Set("Authorization", "Bearer "+c.bearer.Reveal())
	}
	answer, err := client.Do(req)
	if err != nil {
		return 0, short(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return 0, short(err)
	}
	if into != nil && answer.StatusCode < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			return 0, short(err)
		}
	}
	if answer.StatusCode >= 300 {
		return answer.StatusCode, fmt.Sprintf("%d %.100s", answer.StatusCode, text)
	}
	return answer.StatusCode, fmt.Sprint(answer.StatusCode)
}

// short keeps addresses out of a history, and so the lines alike.
func short(err error) string {
	words := err.Error()
	if i := strings.LastIndex(words, ": "); i >= 0 {
		words = words[i+2:]
	}
	return words
}
