package remote

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// fetch sends a request and reads a JSON body of at most so many bytes. It is read to its end, so that the connection can be used again, or
// given up.
func fetch(client *http.Client, req *http.Request, most int64) ([]byte, error) {
	req.Header.Set("Accept", oauth.MediaJSON)
	req.Header.Set("Accept-Encoding", "identity") // a small body stays small
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // words for people, who will find them in the server's log
		return nil, statusError(resp)
	}
	if err := checkHeader(resp.Header); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: read answer: %w", session.ErrUnavailable, err)
	case int64(len(body)) > most:
		return nil, fmt.Errorf("%w: the answer is longer than %d bytes", session.ErrUnavailable, most)
	}
	return body, nil
}

func checkHeader(h http.Header) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset, given := params["charset"]
	if err != nil || kind != oauth.MediaJSON || given && !strings.EqualFold(charset, "utf-8") {
		return fmt.Errorf("%w: the answer's Content-Type is %.60q, want %s", session.ErrUnavailable, h.Get("Content-Type"), oauth.MediaJSON)
	}
	if encoding := h.Get("Content-Encoding"); encoding != "" {
		return fmt.Errorf("%w: the answer comes in Content-Encoding %.20q, which was not asked for", session.ErrUnavailable, encoding)
	}
	return nil
}
