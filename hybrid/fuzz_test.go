package hybrid_test

import (
	"encoding/json"
	"testing"

	"github.com/introspectd/introspectd/hybrid"
)

// FuzzVerify signs whatever the fuzzer writes, so that it gets past the signature, and holds whatever is accepted against encoding/json.
func FuzzVerify(f *testing.F) {
	forge := newForger(f)
	v := verifier(f, forge.set)
	good, err := json.Marshal(goodClaims())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(forge.header(), string(good), "")
	f.Add(`{"alg":"EdDSA","typ":"application/at+jwt"}`, string(good), "x")
	f.Add(`{"alg":"EdDSA","typ":"at+jwt","crit":[]}`, `{"aud":["orders"],"act":{"sub":"a","act":{"sub":"b"}},"amr":["pwd"]}`, ".")
	f.Fuzz(func(t *testing.T, header, payload, tail string) {
		token := forge.sign(header, payload)
		if tail != "" {
			if got := fault(t, v, token+tail, now); got == "" {
				t.Errorf("accepted with %q behind it", tail)
			}
		}
		verdict, err := v.Verify(t.Context(), token, now)
		if err != nil {
			t.Fatal(err)
		}
		if !verdict.Good {
			if verdict.Claims != (hybrid.Claims{}) || verdict.Fault == "" {
				t.Errorf("refused with %+v", verdict)
			}
			return
		}
		var std struct {
			Iss, Sub string
			Exp      int64
			Client   string `json:"client_id"`
		}
		c := verdict.Claims
		var exact map[string]json.RawMessage
		if json.Unmarshal([]byte(payload), &exact) != nil {
			t.Fatalf("encoding/json refuses %q", payload)
		}
		for name, to := range map[string]any{"iss": &std.Iss, "sub": &std.Sub, "exp": &std.Exp, "client_id": &std.Client} {
			if err := json.Unmarshal(exact[name], to); err != nil {
				t.Fatalf("%s of %q: %v", name, payload, err)
			}
		}
		if std.Iss != issuer || std.Sub != c.Subject || std.Exp != int64(c.ExpiresAt) || std.Client != c.Client || std.Sub == "" {
			t.Errorf("%q was read as %+v", payload, c)
		}
	})
}
