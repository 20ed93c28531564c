package oauth

import "net/http"

// BearerToken finds the token of RFC 6750 §2.1 in a request's headers. Nothing sent, or another scheme, is found=false and no
// error: the answer to that is a challenge without an error code (RFC 6750 §3.1). What is there but malformed or doubled is an
// [*Error] with [InvalidRequest].
//
// The length of a token is bounded by the server's limit on headers only.
func BearerToken(h http.Header) (token string, found bool, err error) {
	value, err := authorization(h)
	if err != nil {
		return "", false, err
	}
	token, found = credentials(value, SchemeBearer)
	if !found {
		return "", false, nil
	}
	if !isB64Token(token) {
		return "", false, errBearer
	}
	return token, true, nil
}

var errBearer = Errorf(InvalidRequest, "Bearer credentials malformed: send one token and nothing after it")

// isB64Token is 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=".
func isB64Token(s string) bool {
	end := len(s)
	for end > 0 && s[end-1] == '=' {
		end--
	}
	for i := range end {
		if !b64Token[s[i]] {
			return false
		}
	}
	return end > 0
}

var b64Token = func() (in [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/") {
		in[c] = true
	}
	return in
}()
