package caller

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// book is a registry on paper.
type book struct {
	Store
	Snapshot
}

func (b *book) Registry(context.Context) (Snapshot, error) { return b.Snapshot, nil }

func loaded(t *testing.T, covered func(string, session.Seq) bool, clients ...*Client) *Registry {
	t.Helper()
	b := &book{Snapshot: Snapshot{Clients: map[string]*Client{}, Head: 7}}
	for _, c := range clients {
		b.Clients[c.ID] = c
	}
	r := NewRegistry(b, covered)
	if err := r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func as(id, secret string) oauth.Credentials {
	return oauth.Credentials{ID: id, Secret: oauth.NewSecret(secret)}
}

func TestOnlyTheRightSecretOfAClientInOrderIsAccepted(t *testing.T) {
	digest := func(s string) session.Digest { return sha256.Sum256([]byte(s)) }
	gone := map[string]session.Seq{"revoked": 8, "again": 7}
	r := loaded(t, func(id string, asof session.Seq) bool { return gone[id] > asof },
		&Client{ID: "web", Secret: digest("right")},
		&Client{ID: "off", Secret: digest("right"), Disabled: true},
		&Client{ID: "revoked", Secret: digest("right")},
		&Client{ID: "again", Secret: digest("right")},
		&Client{ID: "keys", Method: PrivateKeyJWT},
	)
	for _, c := range []struct {
		name      string
		presented []oauth.Credentials
		want      string
	}{
		{"right", []oauth.Credentials{as("web", "right")}, "web"},
		{"the second reading is right", []oauth.Credentials{as("w", "x"), as("web", "right")}, "web"},
		{"registered again since it was taken back", []oauth.Credentials{as("again", "right")}, "again"},
		{"wrong", []oauth.Credentials{as("web", "wrong")}, ""},
		{"a newline behind", []oauth.Credentials{as("web", "right\n")}, ""},
		{"empty", []oauth.Credentials{as("web", "")}, ""},
		{"unknown", []oauth.Credentials{as("who", "right")}, ""},
		{"unknown with nothing", []oauth.Credentials{as("who", "")}, ""},
		{"other case", []oauth.Credentials{as("WEB", "right")}, ""},
		{"disabled", []oauth.Credentials{as("off", "right")}, ""},
		{"taken back since the registry was read", []oauth.Credentials{as("revoked", "right")}, ""},
		{"one without a secret", []oauth.Credentials{as("keys", "")}, ""},
		{"one without a secret, zero bytes", []oauth.Credentials{as("keys", string(make([]byte, 32)))}, ""},
		{"nobody", nil, ""},
	} {
		got, ok := r.Authenticate(c.presented...)
		if ok != (c.want != "") || (ok && got.ID != c.want) {
			t.Errorf("%s: Authenticate = %v, %v; want %q", c.name, got, ok, c.want)
		}
	}
}

func TestRolesAreNamed(t *testing.T) {
	r, err := ParseRoles("api", "login")
	if err != nil || r.String() != "login api" {
		t.Errorf("ParseRoles = %v, %v", r, err)
	}
	if r.May(Gateway) || !r.May(API) || !Admin.May(Gateway) {
		t.Error("May does not follow the roles")
	}
	for _, names := range [][]string{nil, {""}, {"root"}, {"API"}} {
		if _, err := ParseRoles(names...); err == nil {
			t.Errorf("ParseRoles(%q) was taken", names)
		}
	}
}

func TestThrottleStopsWhoDoesWrongAndNobodyElse(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	th := NewThrottle(50, 500)
	for i := range 500 {
		if !th.Spend("a", at) {
			t.Fatalf("stopped at wrong %d of the first burst of 500", i+1)
		}
	}
	if th.Spend("a", at) || !th.Exhausted("a", at) {
		t.Error("the burst has no end")
	}
	if th.Exhausted("b", at) || !th.Spend("b", at) {
		t.Error("b pays for a")
	}
	at = at.Add(time.Second)
	ok := 0
	for range 100 {
		if th.Spend("a", at) {
			ok++
		}
	}
	if ok != 50 {
		t.Errorf("a second later %d pass, want 50", ok)
	}
}

func TestThrottleIsBounded(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	th := NewThrottle(5, 20)
	for i := range 3 * maxThrottled {
		th.Spend(fmt.Sprint(i), at)
	}
	if n := len(th.spent); n > maxThrottled {
		t.Errorf("keeps %d keys, want at most %d", n, maxThrottled)
	}
}
