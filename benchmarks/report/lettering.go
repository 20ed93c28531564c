package report

import (
	"strings"
	"unicode"
)

// wide is how much room a line of text takes. Nobody knows the reader's font, so it is generous.
func wide(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iIjlft.,:;|!'()[]/ -", r):
			w += 0.4
		case strings.ContainsRune("mwMW%@", r):
			w += 0.98
		case r >= 'A' && r <= 'Z', r >= 0x80 && r < 0x2000:
			w += 0.75
		case r >= 0x2000 || unicode.IsControl(r): // which is replaced by something wide
			w += 1.05
		default:
			w += 0.63
		}
	}
	return w * size
}

// clip shortens a text to a width.
func clip(s string, width, size float64) string {
	if wide(s, size) <= width {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 {
		runes = runes[:len(runes)-1]
		if short := strings.TrimRight(string(runes), " ") + "…"; wide(short, size) <= width {
			return short
		}
	}
	return ""
}

// wrap breaks a text at its spaces into lines of a width, at most four; the last is clipped.
func wrap(s string, width, size float64) []string {
	const most = 4
	var lines []string
	words := strings.Fields(s)
	for len(words) > 0 {
		n := 1
		for n < len(words) && wide(strings.Join(words[:n+1], " "), size) <= width {
			n++
		}
		if len(lines) == most-1 {
			n = len(words)
		}
		lines = append(lines, clip(strings.Join(words[:n], " "), width, size))
		words = words[n:]
	}
	return lines
}
