package hybrid

import (
	"fmt"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/session"
)

// Package fmt does not ask a value in an unexported field how it prints.
func TestWhatIsRememberedDoesNotPrintItsToken(t *testing.T) {
	m := &minted{credentials: session.Present(bearer + "eyJsecret"), claims: Claims{ID: session.NewID()}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{m, *m, []minted{*m}, map[string]minted{"a": *m}, struct{ One minted }{*m}} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "secret") || strings.Contains(text, "736563") {
				t.Errorf("%s of %T prints %s", verb, value, text)
			}
		}
	}
}
