package cache

import (
	"strings"
	"testing"

	"github.com/introspectd/introspectd/session"
)

func TestTokensShareTheirTerms(t *testing.T) {
	var n names
	mk := func(change func(*session.Token)) *terms {
		c := strings.Clone
		one := session.Token{
			Kind: session.Access, Subject: c("alice"), Client: c("shop"), Audience: session.List(c("orders")), Scope: session.List(c("a b")), ACR: c("mfa"),
			AMR: session.List(c("pwd")),
		}
		change(&one)
		return n.share(&one)
	}
	first := mk(func(*session.Token) {})
	if second := mk(func(t *session.Token) { t.Subject = "bob" }); second != first {
		t.Error("two tokens that differ in the subject have each their own terms")
	}
	for name, change := range map[string]func(*session.Token){
		"Kind":     func(t *session.Token) { t.Kind = session.Refresh },
		"Client":   func(t *session.Token) { t.Client = "other" },
		"Audience": func(t *session.Token) { t.Audience = "other" },
		"Scope":    func(t *session.Token) { t.Scope = "other" },
		"ACR":      func(t *session.Token) { t.ACR = "other" },
		"AMR":      func(t *session.Token) { t.AMR = "other" },
	} {
		if mk(change) == first {
			t.Errorf("two tokens that differ in %s share their terms", name)
		}
	}
}

func TestTheTableOfTermsIsBounded(t *testing.T) {
	var n names
	for i := range 3 * maxNames {
		text := strings.Repeat("x", 1+i%(longestName+10)) + string(rune('a'+i%26)) + strings.Repeat("y", i/100)
		if got := n.one(terms{Client: text}); got.Client != text {
			t.Fatalf("one(%q) = %q", text, got.Client)
		}
		if len(n.seen) > maxNames {
			t.Fatalf("%d terms in the table, want at most %d", len(n.seen), maxNames)
		}
	}
	for kept := range n.seen {
		if len(kept.Client) > longestName {
			t.Errorf("a text of %d bytes is in the table", len(kept.Client))
		}
	}
}
