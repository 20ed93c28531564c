package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// ErrRejected means that the server answers, but not this client: wrong id or secret. To ask again does not help; somebody has to look at
// the configuration.
var ErrRejected = errors.New("the token endpoint rejects this client")

// Bounds of what is sent and read.
const (
	maxForm   = 16 << 10 // what introspectd reads
	maxAnswer = 64 << 10 // a token and a few words beside it
	maxLife   = 24 * 60 * 60
)

func (c *Client) ask(ctx context.Context, w wish, subject session.Handle) (exchanged, error) {
	form := url.Values{
		oauth.ParamGrantType:    {oauth.GrantTypeTokenExchange},
		oauth.ParamSubjectToken: {subject.Reveal()}, oauth.ParamSubjectTokenType: {oauth.TokenTypeAccessToken},
		oauth.ParamAudience: {w.audience},
	}
	if w.scope != "" {
		form.Set(oauth.ParamScope, w.scope)
	}
	body := form.Encode()
	switch {
	case subject.IsZero() || w.audience == "": // a server leaves an empty parameter out, and may have a default for it
		return exchanged{}, oauth.Errorf(oauth.InvalidRequest, "no subject token or no audience")
	case len(body) > maxForm:
		return exchanged{}, oauth.Errorf(oauth.InvalidRequest, "the request would be longer than %d bytes", maxForm)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.TokenEndpoint, strings.NewReader(body))
	if err != nil {
		return exchanged{}, unavailable(err)
	}
	req.Header.Set("Authorization", c.authorization())
	req.Header.Set("Content-Type", oauth.MediaForm)
	req.Header.Set("Accept", oauth.MediaJSON)
	req.Header.Set("Accept-Encoding", "identity")
	begun := time.Now() // expires_in counts from some moment after this
	resp, err := c.http.Do(req)
	if err != nil {
		return exchanged{}, unavailable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return exchanged{}, unavailable(fmt.Errorf("read answer: %w", err))
	case len(text) > maxAnswer:
		return exchanged{}, unavailable(fmt.Errorf("the answer is longer than %d bytes", maxAnswer))
	}
	return read(resp, text, begun)
}

// read makes of the answer what it is: a token, a no, or neither.
func read(resp *http.Response, text []byte, begun time.Time) (exchanged, error) {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	object, err := jwks.ParseObject(text)
	switch {
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return exchanged{}, fmt.Errorf("exchange token: status %d: %w", resp.StatusCode, ErrRejected)
	case kind != oauth.MediaJSON || err != nil:
		return exchanged{}, unavailable(fmt.Errorf("status %d, and no JSON object", resp.StatusCode))
	case resp.StatusCode == http.StatusBadRequest:
		return exchanged{}, refusal(object)
	case resp.StatusCode != http.StatusOK:
		return exchanged{}, unavailable(fmt.Errorf("status %d", resp.StatusCode))
	}
	return granted(object, begun)
}

// refusal is a no in the words of RFC 6749 §5.2.
func refusal(object jwks.Object) error {
	code, ok := object.Value("error").Text()
	words, _ := object.Value("error_description").Text()
	if !ok || code == "" {
		return unavailable(errors.New("status 400, and no error code"))
	}
	return oauth.Errorf(oauth.Code(oauth.Clean(code)), "%s", words)
}

// granted reads RFC 8693 §2.2.1. What is not a bearer token with an end is not what was asked for.
func granted(object jwks.Object, begun time.Time) (exchanged, error) {
	token, _ := object.Value("access_token").Text()
	issued, _ := object.Value("issued_token_type").Text()
	kind, _ := object.Value("token_type").Text()
	seconds, ok := object.Value("expires_in").Int()
	switch {
	case !sendable(token):
		return exchanged{}, unavailable(errors.New("no access_token in the answer"))
	case issued != oauth.TokenTypeAccessToken && issued != oauth.TokenTypeJWT:
		return exchanged{}, unavailable(fmt.Errorf("issued_token_type is %.60q", issued))
	case !strings.EqualFold(kind, oauth.TokenTypeBearer):
		return exchanged{}, unavailable(fmt.Errorf("token_type is %.20q", kind))
	case !ok || seconds <= 0 || seconds > maxLife:
		return exchanged{}, unavailable(fmt.Errorf("no expires_in between 1 and %d", maxLife))
	}
	life := time.Duration(seconds) * time.Second
	return exchanged{session.Present(token), begun.Add(life), begun.Add(life / 2)}, nil
}

// sendable holds a token to what fits an Authorization header.
func sendable(token string) bool {
	h := http.Header{"Authorization": {oauth.SchemeBearer + " " + token}}
	text, found, err := oauth.BearerToken(h)
	return found && err == nil && text == token && len(token) <= jwks.MaxToken
}

func unavailable(err error) error {
	return fmt.Errorf("exchange token: %w: %w", session.ErrUnavailable, err)
}
