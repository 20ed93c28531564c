package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

func TestAnOpeningIsReadWhole(t *testing.T) {
	got, err := opening([]byte(` {"audience":["a","b","a"],"subject":"al\u0069ce","scope":"x y","amr":["pwd"],"acr":"1","auth_time":7,"device":"d","ip":"::1","client_id":"c"} `))
	want := session.OpenRequest{
		Subject: "alice", Client: "c", Audience: "a b", Scope: "x y", ACR: "1", AMR: "pwd", AuthTime: 7, Device: "d", IP: "::1",
	}
	if err != nil || got != want {
		t.Errorf("opening: %v\n%s", err, cmp.Diff(want, got))
	}
}

func TestAnOpeningThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	for _, body := range []string{
		`{"subject":"\ud800"}`, `{"device":"\udc00x"}`, "{\"subject\":\"\ufffd\"}", "{\"subject\":\"\xff\"}", "\ufeff{}",
		`{"auth_time":253402300800}`, `{"auth_time":1e3}`, `{"auth_time":"7"}`, `{"auth_time":+7}`, `{"auth_time":true}`,
		`{"subject":["alice"]}`, `{"audience":[["a"]]}`, `{"audience":["a b"]}`, `{"audience":[""]}`, `{"amr":["a",1]}`,
		`{"subject":"a"}}`, `{"subject":"a"} //`, `{subject:"a"}`, `{'subject':'a'}`, `{"subject":"a"`, `{"client-id":"a"}`, `null`, ``,
	} {
		if req, err := opening([]byte(body)); err == nil {
			t.Errorf("opening(%q) = %+v", body, req)
		}
	}
}

// What is taken is what every other reader of JSON would take: no second reading gives another session.
func FuzzOpening(f *testing.F) {
	for _, seed := range []string{
		`{"subject":"alice","audience":"orders","scope":"a b","auth_time":1}`, `{"subject":"a","audience":["b"],"amr":["c","d"],"x":[{}]}`,
		`{"subject":null}`, `{"Subject":"a"}`, `{"a":1}{"b":2}`, `{"subject":"\ud800"}`, `[]`, `{"subject":"a","subject":"b"}`, "{\"subject\":\"\xff\"}", `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := opening(body)
		if err != nil {
			if req != (session.OpenRequest{}) {
				t.Errorf("a refused opening says %+v", req)
			}
			return
		}
		if !utf8.Valid(body) || !json.Valid(body) {
			t.Fatalf("took %q", body)
		}
		var other map[string]any
		if err := json.Unmarshal(body, &other); err != nil {
			t.Fatalf("took %q: %v", body, err)
		}
		if s, _ := other["subject"].(string); s != req.Subject {
			t.Errorf("subject = %q, another reader has %q", req.Subject, s)
		}
		for _, list := range []session.List{req.Audience, req.AMR, req.Scope} {
			for name := range list.All() {
				if !session.ValidScopeName(name) || strings.Contains(name, ",") && list == req.Scope {
					t.Errorf("took the name %q", name)
				}
			}
		}
	})
}
