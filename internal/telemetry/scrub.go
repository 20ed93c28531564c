package telemetry

import (
	"regexp"
	"strings"
)

// bearer is the shape of whatever is good for whoever has it: a handle that we issue, whatever its checksum says, and a JWT or what else a JOSE
// object may be, whole or cut short, ours or another's. A JSON object in base64url begins with eyJ, and so does each of its parts that says anything.
// Both are one expression, so that neither cuts the other in two. It reads a text once, however long.
var bearer = regexp.MustCompile(`(it[args]_)[0-9A-Za-z]{40,}|(eyJ)[0-9A-Za-z_.-]{13,}`)

// scrub cuts them out of a text. Most texts hold none, and cost a search.
func scrub(text string) string {
	if !strings.Contains(text, "eyJ") && (!strings.Contains(text, "it") || !strings.Contains(text, "_")) {
		return text
	}
	return bearer.ReplaceAllString(text, "$1$2[redacted]")
}
