package httpapi

import (
	"net/http"
	"strings"
)

// prefersAsync reads "Prefer: respond-async" (RFC 7240 §4.1): one of a list of preferences, in any case, perhaps with parameters.
// Preferences that we do not know are ignored, as that RFC wants.
func prefersAsync(h http.Header) bool {
	for _, line := range h["Prefer"] {
		for one := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(one, ";")
			if strings.EqualFold(strings.Trim(name, " \t"), "respond-async") {
				return true
			}
		}
	}
	return false
}
