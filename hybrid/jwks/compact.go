package jwks

import (
	"bytes"
	"errors"
)

// MaxToken is the length of the longest text that is looked at. Ours are around 600 bytes; headers of HTTP end at 8 KiB with many servers.
const MaxToken = 8 << 10

// JWS is a signed text in compact form, taken apart (RFC 7515 §7.1). Nothing in it may be believed before [JWS.SignedBy] says yes.
type JWS struct {
	Algorithm Algorithm // alg, one of those known here
	KeyID     string    // kid; empty when it names none
	Type      string    // typ, as written
	Header    Object
	Payload   []byte

	text, signature []byte
}

// What is wrong with a text that is no JWS for us.
var (
	errTooLong   = errors.New("longer than 8 KiB")
	errCompact   = errors.New("not three parts of canonical base64url between dots")
	errHeader    = errors.New("header is not an exact JSON object")
	errAlgorithm = errors.New("alg is missing, none, or not supported")
	errName      = errors.New("kid or typ is not a short printable string")
	errCritical  = errors.New("header has crit, b64 or zip")
)

// ParseJWS takes a text apart. Its length is looked at first, its characters next. The header members that bring a key along or say where
// to fetch one (jku, jwk, x5u, x5c) are not read by anything here.
func ParseJWS(text string) (JWS, error) {
	if len(text) > MaxToken {
		return JWS{}, errTooLong
	}
	raw := []byte(text)
	first, last := bytes.IndexByte(raw, '.'), bytes.LastIndexByte(raw, '.')
	if first <= 0 || last == first || last == len(raw)-1 {
		return JWS{}, errCompact
	}
	space := make([]byte, 0, len(raw))
	header, ok := decode(space, raw[:first])
	if !ok {
		return JWS{}, errCompact
	}
	payload, ok := decode(header[len(header):], raw[first+1:last]) // a third dot is outside the alphabet
	if !ok {
		return JWS{}, errCompact
	}
	signature, ok := decode(payload[len(payload):], raw[last+1:])
	if !ok {
		return JWS{}, errCompact
	}
	j := JWS{Payload: payload, text: raw[:last], signature: signature}
	return j, j.readHeader(header)
}

func (j *JWS) readHeader(data []byte) (err error) {
	if j.Header, err = ParseObject(data); err != nil {
		return errHeader
	}
	// RFC 7515 §4.1.11: no extension is understood here, so each is refused, and so is an empty list of them. b64 and zip change what was
	// signed (RFC 7797, RFC 7516).
	if j.Header.Has("crit") || j.Header.Has("b64") || j.Header.Has("zip") {
		return errCritical
	}
	name, _ := j.Header.Value("alg").Text()
	var ok, named bool
	if j.Algorithm, ok = ParseAlgorithm(name); !ok {
		return errAlgorithm
	}
	j.KeyID, named = shortText(j.Header.Value("kid"))
	if j.Type, ok = shortText(j.Header.Value("typ")); !ok || !named {
		return errName
	}
	return nil
}

func shortText(v Value) (text string, ok bool) {
	if !v.Exists() {
		return "", true
	}
	text, ok = v.Text()
	return text, ok && ValidKeyID(text)
}

// SignedBy reports whether the key is for the algorithm that the header names, and made the signature.
func (j *JWS) SignedBy(k *Key) bool {
	return k.Algorithm == j.Algorithm && k.Verify(j.text, j.signature)
}
