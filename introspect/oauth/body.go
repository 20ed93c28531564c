package oauth

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// ErrTooLarge is what [ReadForm] says of a body over the limit. It is told from other refusals because it has a status of its
// own.
var ErrTooLarge error = Errorf(InvalidRequest, "request body is too large")

// ReadForm reads a request's form body, with the rules of [ParseForm], up to limit bytes. It does not use what r.ParseForm
// does: that merges the URL's parameters, takes the first of two, drops what it cannot read, and believes any charset.
//
// Refusals are an [*Error]; when the body broke off, the reader's error is wrapped beside it. After [ErrTooLarge] an HTTP/1
// connection is closed, since the rest of the body is still in it. w may be nil where there is no connection.
func ReadForm(w http.ResponseWriter, r *http.Request, limit int64, repeatable ...string) (Form, error) {
	if r.URL.RawQuery != "" {
		return Form{}, refuseQuery(r.URL.RawQuery)
	}
	if err := checkContentType(r.Header); err != nil {
		return Form{}, err
	}
	if len(r.Header["Content-Encoding"]) > 0 {
		return Form{}, errEncoding
	}
	body, err := readBody(r, limit)
	if err != nil {
		if errors.Is(err, ErrTooLarge) && w != nil && r.ProtoMajor == 1 {
			w.Header().Set("Connection", "close")
		}
		return Form{}, err
	}
	return ParseForm(body, repeatable...)
}

// credentialNames are the parameters that must not be in a URL, where logs and histories keep them.
var credentialNames = [...]string{
	ParamToken, ParamAccessToken, ParamRefreshToken, ParamSubjectToken, ParamActorToken, ParamClientSecret, ParamAssertion,
	ParamClientAssertion, "id_token",
}

// refuseQuery looks for a credential, to warn of the leak: RFC 7662 §4, RFC 6749 §2.3.1, RFC 6750 §5.3.
func refuseQuery(query string) *Error {
	for piece := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(piece, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		for _, credential := range credentialNames {
			if !strings.EqualFold(name, credential) {
				continue
			}
			if credential == ParamClientSecret || credential == ParamAssertion || credential == ParamClientAssertion {
				return errQueryCredential
			}
			return errQueryToken
		}
	}
	return errQuery
}

// checkContentType is RFC 7662 §2.1 and RFC 6749 App. B. The usual spellings are compared, the others parsed.
func checkContentType(h http.Header) error {
	values := h["Content-Type"]
	if len(values) != 1 {
		return errContentType
	}
	if isForm, rest := cutFold(values[0], MediaForm); isForm {
		if rest == "" {
			return nil
		}
		if rest[0] == ';' && strings.EqualFold(strings.TrimLeft(rest[1:], " "), "charset=utf-8") {
			return nil
		}
	}
	mediaType, params, err := mime.ParseMediaType(values[0])
	if err != nil || mediaType != MediaForm {
		return errContentType
	}
	if charset, given := params["charset"]; given && !strings.EqualFold(charset, "utf-8") {
		return errCharset
	}
	return nil
}

func cutFold(s, prefix string) (found bool, rest string) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return false, s
	}
	return true, s[len(prefix):]
}

// bodies are reused between requests, and wiped before they are given back.
var bodies = sync.Pool{New: func() any { return new([2 << 10]byte) }}

func readBody(r *http.Request, limit int64) (string, error) {
	if r.ContentLength > limit {
		return "", ErrTooLarge
	}
	if r.Body == nil {
		return "", nil
	}
	pooled := bodies.Get().(*[2 << 10]byte)
	buf := pooled[:0]
	defer func() {
		clear(pooled[:min(len(buf), len(pooled))])
		bodies.Put(pooled)
	}()
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit { // at most twice the limit was ever held
			return "", ErrTooLarge
		}
		switch {
		case err == nil:
		case err == io.EOF:
			return string(buf), nil
		default:
			if _, ok := errors.AsType[*http.MaxBytesError](err); ok { // someone further out has a lower limit
				return "", ErrTooLarge
			}
			return "", fmt.Errorf("%w: %w", errBroken, err)
		}
	}
}

var (
	errQuery           = Errorf(InvalidRequest, "parameters in the URL are not read: send them in the body")
	errQueryToken      = Errorf(InvalidRequest, "token in the URL: send it in the body; consider the token leaked")
	errQueryCredential = Errorf(InvalidRequest, "client credentials in the URL: send them in the Authorization header; consider them leaked")
	errContentType     = Errorf(InvalidRequest, "Content-Type must be %s", MediaForm)
	errCharset         = Errorf(InvalidRequest, "Content-Type must be %s with charset UTF-8 or none", MediaForm)
	errEncoding        = Errorf(InvalidRequest, "Content-Encoding is not supported: send the form as it is")
	errBroken          = Errorf(InvalidRequest, "request body broke off")
)
