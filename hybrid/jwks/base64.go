package jwks

import "encoding/base64"

// encoding is base64url without padding, and without two spellings of one text: unused bits must be zero.
var encoding = base64.RawURLEncoding.Strict()

// decode appends what text stands for. The library passes over line breaks, so the alphabet is checked here.
func decode(dst, text []byte) ([]byte, bool) {
	for _, c := range text {
		if !inAlphabet[c] {
			return nil, false
		}
	}
	out, err := encoding.AppendDecode(dst, text)
	return out, err == nil
}

var inAlphabet = func() (in [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		in[c] = true
	}
	return in
}()
