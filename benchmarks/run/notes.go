package run

import (
	"fmt"
	"slices"
)

// notes are sentences, each once.
type notes []string

func (n *notes) add(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(*n, text) {
		*n = append(*n, text)
	}
}
