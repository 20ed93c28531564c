package httpapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/introspectd/introspectd/introspect/oauth"
)

// wantsJWT reports whether a signed answer is asked for (RFC 9701 §4): by its name, and no less than JSON. Wildcards are content with JSON.
func wantsJWT(h http.Header) bool {
	var jwt, json float64
	said := -1 // how exactly JSON was named
	for _, line := range h["Accept"] {
		for one := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(one, ";")
			name = strings.ToLower(strings.Trim(name, " \t"))
			q := quality(parameters)
			if name == oauth.MediaIntrospectionJWT {
				jwt = max(jwt, q)
				continue
			}
			for exact, pattern := range [...]string{"*/*", "application/*", oauth.MediaJSON} {
				if name == pattern && exact >= said {
					said, json = exact, q
				}
			}
		}
	}
	return jwt > 0 && (jwt >= json || said < 2)
}

// quality reads the weight among parameters (RFC 9110 §12.4.2). What cannot be read is as good as none.
func quality(parameters string) float64 {
	for one := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.Trim(one, " \t"), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		q, err := strconv.ParseFloat(value, 64)
		if err != nil || q < 0 || q > 1 {
			return 0
		}
		return q
	}
	return 1
}
