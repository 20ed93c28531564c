package introspecttest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"github.com/introspectd/introspectd/session"
)

// token reads which token is presented: access NAME, refresh NAME, unknown access, unknown refresh, unknown grant, a client secret, or a
// text; and what was done to it, after a comma.
func (w *world) token(client string, words []string) (session.Handle, error) {
	what, change, _ := strings.Cut(strings.Join(words, " "), ", ")
	h, err := w.genuine(client, what)
	if err != nil || change == "" {
		return h, err
	}
	text, ok := changed(h, change)
	if !ok {
		return h, fmt.Errorf("%q cannot be done to a token", change)
	}
	if text == h.Reveal() {
		return h, fmt.Errorf("%q changed nothing", change)
	}
	return session.Present(text), nil
}

func (w *world) genuine(client, what string) (session.Handle, error) {
	switch what {
	case "unknown access":
		return session.NewHandle(session.Access), nil
	case "unknown refresh":
		return session.NewHandle(session.Refresh), nil
	case "unknown grant":
		return session.NewHandle(session.Grant), nil
	case "a client secret":
		return session.NewHandle(session.ClientSecret), nil
	}
	kind, name, _ := strings.Cut(what, " ")
	if kind == "text" {
		return session.Present(name), nil
	}
	o, ok := w.opened[name]
	switch {
	case !ok:
		return session.Handle{}, fmt.Errorf("%q was not opened", name)
	case kind == "access":
		return w.presented(client, name), nil
	case kind == "refresh":
		return o.Pair.Refresh, nil
	default:
		return session.Handle{}, fmt.Errorf("%q is no token", what)
	}
}

func changed(h session.Handle, change string) (string, bool) {
	text, digest := h.Reveal(), h.Digest()
	var n int
	if _, err := fmt.Sscanf(change, "cut to %d", &n); err == nil && n < len(text) {
		return text[:n], true
	}
	switch change {
	case "cut by one":
		return text[:len(text)-1], true
	case "without its prefix":
		return text[4:], true
	case "with another prefix":
		return "itr_" + text[4:], true
	case "with the prefix in capitals":
		return strings.ToUpper(text[:4]) + text[4:], true
	case "case swapped":
		return strings.Map(swapCase, text), true
	case "another last character":
		return text[:len(text)-1] + string(rune('0'+(text[len(text)-1]-'0'+1)%10)), true
	case "twice":
		return text + text, true
	case "quoted":
		return `"` + text + `"`, true
	case "percent-encoded":
		return "%69" + text[1:], true
	case "full-width":
		return strings.Map(func(r rune) rune { return r + 0xfee0 }, text), true
	case "with a homoglyph":
		return "іta_" + text[4:], true // the first letter is Cyrillic
	case "digest in hex":
		return hex.EncodeToString(digest[:]), true
	case "digest in hex with prefix":
		return "ita_" + hex.EncodeToString(digest[:])[:49], true
	case "digest in base64":
		return base64.RawURLEncoding.EncodeToString(digest[:]), true
	case "digest as it is":
		return string(digest[:]), true
	}
	for name, char := range map[string]string{
		"a space": " ", "a line break": "\n", "a carriage return": "\r", "a tab": "\t", "a NUL": "\x00", "an equals sign": "=",
		"a zero-width space": "\u200b", "a combining accent": "\u0301", "a byte that is not UTF-8": "\xff",
	} {
		switch change {
		case name + " before":
			return char + text, true
		case name + " after":
			return text + char, true
		case name + " inside":
			return text[:20] + char + text[20:], true
		case name + " in place of a character":
			return text[:20] + char + text[20+len(char):], true
		}
	}
	return "", false
}

func swapCase(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}
