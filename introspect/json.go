package introspect

import (
	"strconv"
	"unicode/utf8"

	"github.com/introspectd/introspectd/session"
)

// inactive is the one answer to whatever is not good for the one who asks (RFC 7662 §2.2): nobody can tell why.
const inactive = `{"active":false}`

// AppendJSON appends an answer as RFC 7662 §2.2 has it on the wire. Members without a value are left out, the others always come in the
// same order.
func AppendJSON(dst []byte, a Answer) []byte {
	if !a.Active {
		return append(dst, inactive...)
	}
	dst = append(dst, `{"active":true`...)
	dst = appendText(dst, `,"scope":`, string(a.Scope))
	dst = appendText(dst, `,"client_id":`, a.Client)
	dst = appendText(dst, `,"username":`, a.Username)
	dst = appendText(dst, `,"token_type":`, a.TokenType)
	dst = appendDate(dst, `,"exp":`, a.ExpiresAt)
	dst = appendDate(dst, `,"iat":`, a.IssuedAt)
	dst = appendDate(dst, `,"nbf":`, a.NotBefore)
	dst = appendText(dst, `,"sub":`, a.Subject)
	if a.Audience.Len() == 1 {
		dst = appendText(dst, `,"aud":`, string(a.Audience))
	} else {
		dst = appendArray(dst, `,"aud":`, a.Audience)
	}
	dst = appendText(dst, `,"iss":`, a.Issuer)
	dst = appendText(dst, `,"jti":`, a.ID)
	dst = appendText(dst, `,"sid":`, a.Session)
	dst = appendDate(dst, `,"auth_time":`, a.AuthTime)
	dst = appendText(dst, `,"acr":`, a.ACR)
	dst = appendArray(dst, `,"amr":`, a.AMR) // an array, however many there are (RFC 8176 §1)
	return append(appendActors(dst, a.Actors), '}')
}

// appendActors nests the chain: the present actor outside, the one before it inside (RFC 8693 §4.1).
func appendActors(dst []byte, actors session.List) []byte {
	if actors == "" {
		return dst
	}
	for actor := range actors.All() {
		dst = appendText(dst, `,"act":{"sub":`, actor)
	}
	for range actors.Len() {
		dst = append(dst, '}')
	}
	return dst
}

func appendText(dst []byte, member, text string) []byte {
	if text == "" {
		return dst
	}
	return appendString(append(dst, member...), text)
}

func appendDate(dst []byte, member string, d session.Date) []byte {
	if d == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, member...), int64(d), 10)
}

func appendArray(dst []byte, member string, l session.List) []byte {
	if l == "" {
		return dst
	}
	dst = append(append(dst, member...), '[')
	first := true
	for name := range l.All() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendString(dst, name)
	}
	return append(dst, ']')
}

const hexDigits = "0123456789abcdef"

// plain are the bytes that stand for themselves in a JSON string, whatever is around them.
var plain = func() (t [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendString writes a JSON string (RFC 8259 §7). What is not UTF-8 becomes U+FFFD; such texts are refused when a session is opened.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if !plain[s[i]] {
			return append(appendEscaped(dst, s), '"')
		}
	}
	return append(append(dst, s...), '"')
}

func appendEscaped(dst []byte, s string) []byte {
	for _, r := range s { // what is not UTF-8 comes as U+FFFD
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
