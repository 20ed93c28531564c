package session

import (
	"strings"
	"testing"
)

type apis map[string]Audience

func (a apis) Audience(name string) (Audience, bool) { found, ok := a[name]; return found, ok }

var registered = apis{
	"orders":  {Name: "orders", Scopes: "read write", Callers: "web mobile"},
	"billing": {Name: "billing", Scopes: "pay", Callers: "web"},
}

func TestWhatMayBeOpened(t *testing.T) {
	good := OpenRequest{Subject: "alice", Client: "web", Audience: "orders", Scope: "read"}
	for _, c := range []struct {
		name   string
		change func(*OpenRequest)
		want   Reason
	}{
		{"as it is", func(*OpenRequest) {}, ""},
		{"both audiences, scopes of both", func(q *OpenRequest) { q.Audience, q.Scope = "orders billing", "write pay" }, ""},
		{"no scope", func(q *OpenRequest) { q.Scope = "" }, ""},
		{"a subject in any script", func(q *OpenRequest) { q.Subject = "zoë ☃" }, ""},
		{"an IPv6 address", func(q *OpenRequest) { q.IP = "2001:db8::1" }, ""},
		{"no subject", func(q *OpenRequest) { q.Subject = "" }, InvalidRequest},
		{"a subject with a line break", func(q *OpenRequest) { q.Subject = "al\nice" }, InvalidRequest},
		{"a subject that is not UTF-8", func(q *OpenRequest) { q.Subject = "al\xffice" }, InvalidRequest},
		{"a long subject", func(q *OpenRequest) { q.Subject = strings.Repeat("a", 256) }, InvalidRequest},
		{"a long device", func(q *OpenRequest) { q.Device = strings.Repeat("a", 257) }, InvalidRequest},
		{"a device that forges a log line", func(q *OpenRequest) { q.Device = "x\x1b[31m" }, InvalidRequest},
		{"an address that is none", func(q *OpenRequest) { q.IP = "localhost" }, InvalidRequest},
		{"a negative time", func(q *OpenRequest) { q.AuthTime = -1 }, InvalidRequest},
		{"no audience", func(q *OpenRequest) { q.Audience = "" }, InvalidTarget},
		{"an unregistered audience", func(q *OpenRequest) { q.Audience = "orders payroll" }, InvalidTarget},
		{"an audience that does not list the client", func(q *OpenRequest) { q.Client, q.Audience = "mobile", "billing" }, InvalidTarget},
		{"a scope that nobody offers", func(q *OpenRequest) { q.Scope = "read admin" }, InvalidScope},
		{"a prefix of a scope", func(q *OpenRequest) { q.Scope = "rea" }, InvalidScope},
		{"a scope outside the grammar", func(q *OpenRequest) { q.Scope = `re"ad` }, InvalidScope},
	} {
		req := good
		c.change(&req)
		refusal := req.check(registered)
		switch {
		case refusal == nil && c.want != "":
			t.Errorf("%s: taken, want %v", c.name, c.want)
		case refusal != nil && refusal.Reason != c.want:
			t.Errorf("%s: %v, want %q", c.name, refusal, c.want)
		}
	}
}

func TestListIsASetOfWholeNames(t *testing.T) {
	l := ListOf("read", "", "write", "read")
	if l != "read write" || l.Len() != 2 || List("").Len() != 0 {
		t.Errorf("ListOf = %q with %d names", l, l.Len())
	}
	if l.Has("rea") || l.Has("") || !l.Has("write") {
		t.Error("Has does not compare whole names")
	}
	if got := l.And("write other"); got != "write" {
		t.Errorf("And = %q, want write", got)
	}
	if !List("").Within(l) || l.Within("read") || !l.Within("write x read") {
		t.Error("Within is not the subset relation")
	}
}

func TestASessionIDHasOneSpelling(t *testing.T) {
	id := NewID()
	if got, ok := ParseID(id.String()); !ok || got != id {
		t.Errorf("ParseID(%v) = %v, %v", id, got, ok)
	}
	for _, text := range []string{"", strings.ToUpper(id.String()), "{" + id.String() + "}", "urn:uuid:" + id.String(), strings.ReplaceAll(id.String(), "-", ""), id.String() + " "} {
		if _, ok := ParseID(text); ok && text != id.String() {
			t.Errorf("ParseID(%q) took another spelling", text)
		}
	}
}
