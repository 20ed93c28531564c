package cache

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/introspectd/introspectd/session"
)

func TestTokensShareTheirTexts(t *testing.T) {
	var n names
	mk := func() session.Token {
		c := strings.Clone
		return n.share(session.Token{
			Subject: c("alice"), Client: c("shop"), Audience: session.List(c("orders")), Scope: session.List(c("a b")), ACR: c("mfa"), AMR: session.List(c("pwd")),
		})
	}
	first, second := mk(), mk()
	if first != second || first.Subject != "alice" || first.Scope != "a b" {
		t.Fatalf("share changes texts: %+v, %+v", first, second)
	}
	for name, same := range map[string]bool{
		"Client":   unsafe.StringData(first.Client) == unsafe.StringData(second.Client),
		"Audience": unsafe.StringData(string(first.Audience)) == unsafe.StringData(string(second.Audience)),
		"Scope":    unsafe.StringData(string(first.Scope)) == unsafe.StringData(string(second.Scope)),
		"ACR":      unsafe.StringData(first.ACR) == unsafe.StringData(second.ACR),
		"AMR":      unsafe.StringData(string(first.AMR)) == unsafe.StringData(string(second.AMR)),
	} {
		if !same {
			t.Errorf("two tokens have each their own %s", name)
		}
	}
}

func TestTheTableOfTextsIsBounded(t *testing.T) {
	var n names
	for i := range 3 * maxNames {
		text := strings.Repeat("x", 1+i%(longestName+10)) + string(rune('a'+i%26)) + strings.Repeat("y", i/100)
		if got := n.one(text); got != text {
			t.Fatalf("one(%q) = %q", text, got)
		}
		if len(n.seen) > maxNames {
			t.Fatalf("%d texts in the table, want at most %d", len(n.seen), maxNames)
		}
	}
	for text := range n.seen {
		if len(text) > longestName {
			t.Errorf("a text of %d bytes is in the table", len(text))
		}
	}
}
