package oauth

import (
	"encoding/base64"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Credentials are a client's name and password.
type Credentials struct {
	ID     string
	Secret Secret
}

// Basic holds both readings of a Basic header. RFC 6749 §2.3.1 has id and secret form-encoded before they are joined; many
// clients send them raw, and from the bytes alone nobody can tell which it was. Whoever knows the secret tries both.
type Basic struct {
	Raw     Credentials
	Decoded Credentials // the zero Credentials when id or secret does not decode
}

// Readings are the readings to try, the RFC's first, each once. There is always at least one, and none has an empty id.
func (b Basic) Readings() iter.Seq[Credentials] {
	return func(yield func(Credentials) bool) {
		if b.Decoded.ID != "" && !yield(b.Decoded) {
			return
		}
		if b.Raw != b.Decoded {
			yield(b.Raw)
		}
	}
}

// BasicCredentials is [ParseBasic] for a request's headers, refusing more than one Authorization header.
func BasicCredentials(h http.Header) (b Basic, found bool, err error) {
	value, err := authorization(h)
	if err != nil {
		return Basic{}, false, err
	}
	return ParseBasic(value)
}

// maxBasic bounds the encoded credentials. An id and a secret of a kilobyte each fit, even with every byte percent-encoded.
const maxBasic = 8 << 10

// ParseBasic reads an Authorization value. Another scheme, or an empty value, is found=false and no error. Basic credentials
// that cannot be read are an [*Error] with [InvalidClient].
func ParseBasic(header string) (b Basic, found bool, err error) {
	encoded, found := credentials(header, SchemeBasic)
	if !found {
		return Basic{}, false, nil
	}
	pair, ok := decodeBase64(encoded)
	if !ok {
		return Basic{}, false, errBasic
	}
	colon := strings.IndexByte(pair, ':')
	if colon <= 0 {
		return Basic{}, false, errBasic
	}
	traits := traitsOf(pair)
	switch {
	case traits&traitControl != 0:
		return Basic{}, false, errBasicControl
	case traits&traitNotASCII != 0 && !utf8.ValidString(pair):
		return Basic{}, false, errBasic
	}
	id, secret := pair[:colon], pair[colon+1:]
	b.Raw = Credentials{id, Secret{secret}}
	if traits&traitEscape == 0 {
		b.Decoded = b.Raw
		return b, true, nil
	}
	b.Decoded, err = decodeCredentials(id, secret)
	if err != nil {
		return Basic{}, false, err
	}
	return b, true, nil
}

// decodeCredentials undoes the form-encoding. What does not decode was sent raw and is no error; a control character that was
// encoded is one, since it is nearly always the line break at the end of a file.
func decodeCredentials(id, secret string) (Credentials, error) {
	id, err := url.QueryUnescape(id)
	if err != nil {
		return Credentials{}, nil
	}
	secret, err = url.QueryUnescape(secret)
	if err != nil {
		return Credentials{}, nil
	}
	for _, s := range [...]string{id, secret} {
		if traitsOf(s)&traitControl != 0 {
			return Credentials{}, errBasicControl
		}
		if !utf8.ValidString(s) {
			return Credentials{}, nil
		}
	}
	return Credentials{id, Secret{secret}}, nil
}

var (
	errBasic        = Errorf(InvalidClient, "Basic credentials malformed; encode id and secret per RFC 6749 2.3.1")
	errBasicControl = Errorf(InvalidClient, "credentials contain control characters")
)

// EncodeBasic is the Authorization value for a client: both parts form-encoded, as RFC 6749 §2.3.1 says.
func EncodeBasic(id string, secret Secret) string {
	pair := url.QueryEscape(id) + ":" + url.QueryEscape(secret.text)
	return SchemeBasic + " " + base64.StdEncoding.EncodeToString([]byte(pair))
}

func decodeBase64(encoded string) (string, bool) {
	if len(encoded) > maxBasic {
		return "", false
	}
	var small [256]byte // usual credentials decode without touching the heap but for the result
	dst := small[:]
	if size := base64.StdEncoding.DecodedLen(len(encoded)); size > len(dst) {
		dst = make([]byte, size)
	}
	n, err := base64.StdEncoding.Decode(dst, []byte(encoded))
	// The decoder skips line breaks; then what came in is longer than what it stands for.
	if err != nil || base64.StdEncoding.EncodedLen(n) != len(encoded) {
		return "", false
	}
	return string(dst[:n]), true
}
