package oauth

import (
	"net/http"
	"strings"
)

// authorization is the one Authorization value, or "" when none was sent. Two of them are refused: a proxy and we might each
// believe another one (RFC 9110 §11.6.2 allows one).
func authorization(h http.Header) (string, error) {
	switch values := h["Authorization"]; len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	default:
		return "", errAuthorizationTwice
	}
}

// credentials is what follows the scheme, when it is the one that is asked for: its name in any case, then at least one space
// (RFC 9110 §11.4). A tab in place of the space is left in, for the scheme's own grammar to refuse.
func credentials(value, scheme string) (rest string, found bool) {
	if len(value) < len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return "", false
	}
	rest = value[len(scheme):]
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return "", false // another scheme that begins alike
	}
	return strings.TrimLeft(rest, " "), true
}

var errAuthorizationTwice = Errorf(InvalidRequest, "more than one Authorization header")
