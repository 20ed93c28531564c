package oauth

import "strings"

// ValidScope checks a scope parameter against RFC 6749 §3.3: one or more tokens of printable ASCII without quote and
// backslash, with single spaces between them. The empty string is not a scope; whoever lets scope be left out tests that first.
//
// A comma is legal in the grammar and refused here, as are square brackets around the whole: in practice both are a list that
// was written in another language, and taking "read,write" for one odd scope hides the mistake.
func ValidScope(scope string) error {
	if strings.IndexByte(scope, ',') >= 0 || strings.HasPrefix(scope, "[") && strings.HasSuffix(scope, "]") {
		return errScopeList
	}
	previous := byte(' ')
	for i := range len(scope) {
		c := scope[i]
		if dirty(rune(c)) || c == ' ' && previous == ' ' {
			return errScope
		}
		previous = c
	}
	if previous == ' ' { // nothing at all, or a space at the end
		return errScope
	}
	return nil
}

var (
	errScope     = Errorf(InvalidScope, "scope must be printable ASCII without quote and backslash, values separated by single spaces")
	errScopeList = Errorf(InvalidScope, "scope is not a comma-separated list nor a JSON array: use single spaces between values")
)
