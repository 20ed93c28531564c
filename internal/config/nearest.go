package config

import "strings"

// Nearest finds the name that was probably meant: at most a third of the letters differ, or one begins with the other.
func Nearest(name string, among []string) (string, bool) {
	best, distance := "", len(name)/3+2
	for _, candidate := range among {
		if d := edits(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	if best != "" {
		return best, true
	}
	for _, candidate := range among {
		if len(name) > 2 && (strings.HasPrefix(candidate, name) || strings.HasPrefix(name, candidate)) {
			return candidate, true
		}
	}
	return "", false
}

// Meant is a clause for an error message, or nothing when no name is near.
func Meant(name, prefix string, among []string) string {
	near, ok := Nearest(name, among)
	if !ok {
		return ""
	}
	return ": did you mean " + prefix + near + "?"
}

// edits counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
