package floor

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// HS256 lets a request through whose bearer token is a JWT with this key's HMAC that has not expired: what many services do, with one key
// shared by all of them. It remembers nothing and knows of no logout.
func HS256(key []byte, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !found || !CheckHS256(key, token, time.Now()) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hs256 is the header of the tokens that we make and take, byte for byte.
const hs256 = `{"alg":"HS256","typ":"JWT"}`

// SignHS256 makes a token of a payload.
func SignHS256(key []byte, payload string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(hs256)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

// CheckHS256 checks the HMAC, and the end that the payload states.
func CheckHS256(key []byte, token string, at time.Time) bool {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return false
	}
	header, payload, _ := strings.Cut(token[:dot], ".")
	got, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil || header != encodedHS256 || subtle.ConstantTimeCompare(got, mac(key, token[:dot])) != 1 {
		return false
	}
	body, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return false
	}
	var claims struct {
		Exp int64 `json:"exp"`
	}
	return json.Unmarshal(body, &claims) == nil && at.Unix() < claims.Exp
}

var encodedHS256 = base64.RawURLEncoding.EncodeToString([]byte(hs256))
