package keyring_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/hybrid/keyring/keyringtest"
	"github.com/introspectd/introspectd/session"
)

var (
	start  = time.Unix(1_800_000_000, 0)
	oldKey = bytes.Repeat([]byte{1}, 32)
	newKey = bytes.Repeat([]byte{2}, 32)
)

type fataler interface {
	Helper()
	Fatal(...any)
}

func ring(t fataler, store keyring.Store, policy keyring.Policy, keys ...[]byte) *keyring.Ring {
	t.Helper()
	if keys == nil {
		keys = [][]byte{oldKey}
	}
	seal, err := keyring.NewSealer(keys...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := keyring.New(keyring.Config{Store: store, Seal: seal, Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func refreshed(t *testing.T, store keyring.Store, policy keyring.Policy, at time.Time, keys ...[]byte) *keyring.Ring {
	t.Helper()
	r := ring(t, store, policy, keys...)
	if err := r.Refresh(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	return r
}

// signer says which key signs at a time, having checked that what it signs verifies against the published set.
func signer(t *testing.T, r *keyring.Ring, at time.Time) string {
	t.Helper()
	text, err := r.Sign(nil, "at+jwt", []byte(`{"a":1}`), at)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jwks.ParseJWS(string(text))
	if err != nil {
		t.Fatal(err)
	}
	k, ok := r.Public(at).Key(j.KeyID)
	if !ok || !j.SignedBy(&k) || j.Type != "at+jwt" || string(j.Payload) != `{"a":1}` {
		t.Fatalf("%s is not signed by one of the published keys", text)
	}
	return j.KeyID
}

func ids(set jwks.Set) []string {
	var out []string
	for _, k := range set.Keys() {
		out = append(out, k.ID)
	}
	return out
}

func TestTheFirstKeySignsAtOnceInEveryAlgorithm(t *testing.T) {
	for _, algorithm := range []jwks.Algorithm{"", jwks.EdDSA, jwks.ES256, jwks.RS256} {
		r := refreshed(t, &keyringtest.Memory{}, keyring.Policy{Algorithm: algorithm}, start)
		id := signer(t, r, start)
		k, ok, err := r.Find(t.Context(), id, start)
		if !ok || err != nil || algorithm != "" && k.Algorithm != algorithm || k.Thumbprint() != id {
			t.Errorf("%s: Find(%s) = %v %v, %v, %v", algorithm, id, k.Algorithm, k.ID, ok, err)
		}
	}
}

func TestANewKeyIsPublishedALeadBeforeItSignsAndAnOldOneStays(t *testing.T) {
	store := &keyringtest.Memory{}
	r := refreshed(t, store, keyring.Policy{}, start)
	a := signer(t, r, start)
	if err := r.Rotate(t.Context(), start.Add(time.Minute), false); err != nil {
		t.Fatal(err)
	}
	if err := r.Rotate(t.Context(), start.Add(2*time.Minute), false); err != nil {
		t.Fatal(err)
	}
	set := ids(r.Public(start.Add(2 * time.Minute)))
	if len(set) != 2 || set[0] != a {
		t.Fatalf("published = %v, want %s and one more", set, a)
	}
	b := set[1]
	for _, want := range []struct {
		minute int
		signs  string
		set    []string
	}{
		{60, a, []string{a, b}},
		{61, b, []string{b, a}},
		{125, b, []string{b, a}}, // an hour and five minutes after the last signature
		{126, b, []string{b}},
	} {
		at := start.Add(time.Duration(want.minute) * time.Minute)
		if err := r.Refresh(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if got := signer(t, r, at); got != want.signs || !slices.Equal(ids(r.Public(at)), want.set) {
			t.Errorf("%s signs, published %v, want %+v", got, ids(r.Public(at)), want)
		}
	}
	if keys, _, _ := store.Load(t.Context()); len(keys) != 1 {
		t.Errorf("%d keys kept, want the one that is left", len(keys))
	}
}

func TestARotationAtOnceSignsAtOnce(t *testing.T) {
	r := refreshed(t, &keyringtest.Memory{}, keyring.Policy{}, start)
	at := start.Add(time.Minute)
	a := signer(t, r, at)
	if err := r.Rotate(t.Context(), at, true); err != nil {
		t.Fatal(err)
	}
	if b := signer(t, r, at); b == a {
		t.Error("the old key still signs")
	}
	if set := ids(r.Public(at)); len(set) != 2 || set[1] != a {
		t.Errorf("published = %v, want the old key behind the new one", set)
	}
	// The one that waits is taken, if there is one.
	if err := r.Rotate(t.Context(), at, false); err != nil {
		t.Fatal(err)
	}
	c := ids(r.Public(at))[1]
	if err := r.Rotate(t.Context(), at.Add(time.Minute), true); err != nil {
		t.Fatal(err)
	}
	if got := signer(t, r, at.Add(time.Minute)); got != c {
		t.Errorf("%s signs, want %s, which was waiting", got, c)
	}
}

func TestARevokedKeyIsGoneAtOnceAndAnotherSigns(t *testing.T) {
	store := &keyringtest.Memory{}
	r := refreshed(t, store, keyring.Policy{}, start)
	other := refreshed(t, store, keyring.Policy{}, start)
	at := start.Add(time.Minute)
	a := signer(t, r, at)
	if found, err := r.Revoke(t.Context(), a, at); !found || err != nil {
		t.Fatalf("Revoke = %v, %v", found, err)
	}
	b := signer(t, r, at)
	if b == a || !slices.Equal(ids(r.Public(at)), []string{b}) {
		t.Errorf("after revocation %s signs, published %v", b, ids(r.Public(at)))
	}
	if _, ok, err := r.Find(t.Context(), a, at); ok || err != nil {
		t.Errorf("Find of the revoked key = %v, %v", ok, err)
	}
	if found, err := r.Revoke(t.Context(), a, at); found || err != nil {
		t.Errorf("revoked again: %v, %v, want not found", found, err)
	}
	if err := other.Refresh(t.Context(), at); err != nil || signer(t, other, at) != b {
		t.Errorf("the other process signs with %s, %v, want %s", signer(t, other, at), err, b)
	}

	// With one waiting, it is that one. A key that retires may be revoked too, and changes nothing else.
	if err := r.Rotate(t.Context(), at, false); err != nil {
		t.Fatal(err)
	}
	c := ids(r.Public(at))[1]
	if found, err := r.Revoke(t.Context(), b, at.Add(time.Minute)); !found || err != nil || signer(t, r, at.Add(time.Minute)) != c {
		t.Errorf("after the second revocation %s signs, want %s", signer(t, r, at.Add(time.Minute)), c)
	}
	if err := r.Rotate(t.Context(), at.Add(2*time.Minute), true); err != nil {
		t.Fatal(err)
	}
	d := signer(t, r, at.Add(2*time.Minute))
	if found, err := r.Revoke(t.Context(), c, at.Add(3*time.Minute)); !found || err != nil || signer(t, r, at.Add(3*time.Minute)) != d {
		t.Errorf("revoking a retiring key: %v, %v", found, err)
	}
	if set := ids(r.Public(at.Add(3 * time.Minute))); !slices.Equal(set, []string{d}) {
		t.Errorf("published = %v, want %s", set, d)
	}
}

func TestKeysAreSealedAtRestAndBoundToTheirRecord(t *testing.T) {
	store := &keyringtest.Memory{}
	r := refreshed(t, store, keyring.Policy{}, start)
	id := signer(t, r, start)
	exported, ok, err := r.Export(id)
	if !ok || err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(exported.Reveal())
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		t.Errorf("the export is not PKCS #8: %v", err)
	}
	keys, version, _ := store.Load(t.Context())
	if bytes.Contains(keys[0].Sealed, block.Bytes[len(block.Bytes)-32:]) {
		t.Error("the private key lies in the store in the clear")
	}

	for name, change := range map[string]func(k *keyring.Record){
		"another id":        func(k *keyring.Record) { k.ID = strings.Repeat("x", 43) },
		"another algorithm": func(k *keyring.Record) { k.Algorithm = jwks.ES256 },
		"a bit":             func(k *keyring.Record) { k.Sealed[len(k.Sealed)-1] ^= 1 },
		"cut off":           func(k *keyring.Record) { k.Sealed = k.Sealed[:10] },
		"empty":             func(k *keyring.Record) { k.Sealed = nil },
		"another version":   func(k *keyring.Record) { k.Sealed[0] = 2 },
	} {
		bad := []keyring.Record{keys[0]}
		bad[0].Sealed = bytes.Clone(keys[0].Sealed)
		change(&bad[0])
		broken := &keyringtest.Memory{}
		if _, err := broken.Save(t.Context(), 0, bad); err != nil {
			t.Fatal(err)
		}
		err := ring(t, broken, keyring.Policy{}).Refresh(t.Context(), start)
		if err == nil {
			t.Errorf("%s changed: opened", name)
		}
		if strings.HasPrefix(name, "another") && name != "another version" && !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("%s: %v, want ErrSealed: the seal binds it", name, err)
		}
		if after, v, _ := broken.Load(t.Context()); v != 1 || len(after) != 1 {
			t.Errorf("%s changed: the list was written over", name)
		}
	}

	wrong := ring(t, store, keyring.Policy{}, newKey)
	if err := wrong.Refresh(t.Context(), start); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("with another server key: %v, want ErrSealed", err)
	}
	if _, err := wrong.Revoke(t.Context(), id, start); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("Revoke with another server key: %v, want ErrSealed", err)
	}
	if _, now, _ := store.Load(t.Context()); now != version {
		t.Error("a process without the server key has written")
	}
}

func TestServerKeysCanBeChanged(t *testing.T) {
	store := &keyringtest.Memory{}
	id := signer(t, refreshed(t, store, keyring.Policy{}, start), start)
	both := refreshed(t, store, keyring.Policy{}, start, newKey, oldKey)
	if n, err := both.Rewrap(t.Context(), start); n != 1 || err != nil {
		t.Errorf("Rewrap = %d, %v, want 1", n, err)
	}
	if n, err := both.Rewrap(t.Context(), start); n != 0 || err != nil {
		t.Errorf("Rewrap again = %d, %v, want 0", n, err)
	}
	if got := signer(t, refreshed(t, store, keyring.Policy{}, start, newKey), start); got != id {
		t.Errorf("under the new server key %s signs, want %s", got, id)
	}
}

func TestAProcessThatCannotReadTheListStopsSigning(t *testing.T) {
	store := &keyringtest.Memory{}
	r := ring(t, store, keyring.Policy{})
	if _, err := r.Sign(nil, "at+jwt", nil, start); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("before the first Refresh: %v, want ErrUnavailable", err)
	}
	if _, _, err := r.Find(t.Context(), "x", start); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Find before the first Refresh: %v, want ErrUnavailable", err)
	}
	if err := r.Refresh(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	store.Unplug(true)
	if err := r.Refresh(t.Context(), start.Add(time.Minute)); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Refresh while the store is away: %v, want ErrUnavailable", err)
	}
	if err := r.Rotate(t.Context(), start, false); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Rotate while the store is away: %v, want ErrUnavailable", err)
	}
	id, late := signer(t, r, start.Add(5*time.Minute)), start.Add(5*time.Minute+time.Second)
	if _, err := r.Sign(nil, "at+jwt", nil, late); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Sign by a list that is too old: %v, want ErrUnavailable", err)
	}
	// It may have been revoked, and whoever remembers revocations forgets them some time later.
	if _, ok, err := r.Find(t.Context(), id, late); ok || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Find in a list that is too old: %v, %v, want ErrUnavailable", ok, err)
	}
	if n := r.Public(late).Len(); n != 0 {
		t.Errorf("%d keys of a list that is too old are public", n)
	}
	brief := refreshed(t, &keyringtest.Memory{}, keyring.Policy{Margin: time.Minute}, start)
	signer(t, brief, start.Add(time.Minute))
	if _, err := brief.Sign(nil, "at+jwt", nil, start.Add(time.Minute+time.Second)); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("Sign after the margin: %v, want ErrUnavailable", err)
	}
}

func TestPrivateKeysDoNotPrintThemselves(t *testing.T) {
	store := &keyringtest.Memory{}
	r := refreshed(t, store, keyring.Policy{}, start)
	id := signer(t, r, start)
	exported, _, err := r.Export(id)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("key", "exported", exported)
	text, err := json.Marshal(map[string]any{"key": exported})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(exported.Reveal())
	middle := strings.Split(string(exported.Reveal()), "\n")[1][20:40]
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s %q", exported, exported, exported, exported, exported), log.String(), string(text)} {
		if strings.Contains(printed, middle) || strings.Contains(printed, string(block.Bytes)) {
			t.Errorf("the private key is in %q", printed)
		}
	}
}

func TestTooManyKeysAreRefusedAndSigningGoesOn(t *testing.T) {
	r := refreshed(t, &keyringtest.Memory{}, keyring.Policy{}, start)
	at, refused := start, false
	for range 40 {
		at = at.Add(2 * time.Second)
		refused = refused || r.Rotate(t.Context(), at, true) != nil
	}
	if !refused || len(r.List(at)) > 16 {
		t.Errorf("%d keys, refused %v", len(r.List(at)), refused)
	}
	if err := r.Refresh(t.Context(), at); err != nil {
		t.Error(err)
	}
	signer(t, r, at)
}

// Of three keys the middle one signs.
func TestKeysThatNoServerKeyOpensAreForgottenAndNoOthers(t *testing.T) {
	for _, c := range []struct {
		name   string
		sealed [3]bool // under a key that is lost
		signs  int     // which signs afterwards; -1: a new one
	}{
		{"all", [3]bool{true, true, true}, -1},
		{"those that sign and will", [3]bool{false, true, true}, -1},
		{"the one that signs", [3]bool{false, true, false}, 2},
		{"the one that retires", [3]bool{true, false, false}, 1},
		{"the one that waits", [3]bool{false, false, true}, 1},
		{"none", [3]bool{}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &keyringtest.Memory{}
			r := refreshed(t, store, keyring.Policy{}, start, newKey)
			at := start.Add(time.Minute)
			for _, atOnce := range []bool{true, false} {
				if err := r.Rotate(t.Context(), at, atOnce); err != nil {
					t.Fatal(err)
				}
			}
			at = at.Add(time.Minute)
			keys, version, _ := store.Load(t.Context())
			var all, lost []string
			for i := range keys {
				all = append(all, keys[i].ID)
				if c.sealed[i] {
					lost = append(lost, keys[i].ID)
					copy(keys[i].Sealed[1:], "lost") // the name of the server key
				}
			}
			if ok, err := store.Save(t.Context(), version, keys); !ok || err != nil {
				t.Fatal(ok, err)
			}
			r = ring(t, store, keyring.Policy{}, newKey)
			if got, err := r.Unopened(t.Context(), at); err != nil || !slices.Equal(got, lost) {
				t.Fatalf("Unopened = %v, %v, want %v", got, err, lost)
			}
			if err := r.Forget(t.Context(), all, at); err != nil {
				t.Fatal(err)
			}
			at = at.Add(time.Second)
			switch got := signer(t, r, at); {
			case c.signs < 0 && slices.Contains(all, got):
				t.Errorf("key %d signs, want a new one", slices.Index(all, got))
			case c.signs >= 0 && got != all[c.signs]:
				t.Errorf("key %d signs, want %d", slices.Index(all, got), c.signs)
			}
			for i, id := range all {
				if _, ok, err := r.Find(t.Context(), id, at); err != nil || ok == c.sealed[i] {
					t.Errorf("key %d is found: %v, %v, want %v", i, ok, err, !c.sealed[i])
				}
			}
		})
	}
}

func TestAKeyThatNobodyNamedIsNotForgotten(t *testing.T) {
	store := &keyringtest.Memory{}
	refreshed(t, store, keyring.Policy{}, start)
	before, _, _ := store.Load(t.Context())
	other := ring(t, store, keyring.Policy{}, newKey)
	if err := other.Forget(t.Context(), []string{"another"}, start); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("Forget = %v, want ErrSealed", err)
	}
	if after, _, _ := store.Load(t.Context()); len(after) != 1 || after[0].ID != before[0].ID {
		t.Errorf("the list is %v", after)
	}
}
