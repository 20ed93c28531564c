package introspect

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/introspectd/introspectd/session"
)

var full = Answer{
	Active: true, TokenType: "Bearer", Issuer: "https://id.example", Subject: "alice", Username: "alice", Client: "shop",
	Audience: "orders billing", Scope: "orders.read orders.write", ID: "0198b0a0-0000-7000-8000-000000000001",
	Session: "0198b0a0-0000-7000-8000-000000000002", IssuedAt: 1700000000, NotBefore: 1700000001, ExpiresAt: 1700000900,
	AuthTime: 1699999999, ACR: "urn:example:mfa", AMR: "pwd otp",
}

func TestAppendJSONWritesMembersInOneOrder(t *testing.T) {
	one := full
	one.Audience, one.AMR, one.NotBefore = "orders", "pwd", 0
	for _, c := range []struct {
		a    Answer
		want string
	}{
		{Answer{}, `{"active":false}`},
		{Answer{Subject: "alice", Scope: "a", ExpiresAt: 1}, `{"active":false}`},
		{Answer{Active: true}, `{"active":true}`},
		{full, `{"active":true,"scope":"orders.read orders.write","client_id":"shop","username":"alice","token_type":"Bearer",` +
			`"exp":1700000900,"iat":1700000000,"nbf":1700000001,"sub":"alice","aud":["orders","billing"],"iss":"https://id.example",` +
			`"jti":"0198b0a0-0000-7000-8000-000000000001","sid":"0198b0a0-0000-7000-8000-000000000002","auth_time":1699999999,` +
			`"acr":"urn:example:mfa","amr":["pwd","otp"]}`},
		{one, `{"active":true,"scope":"orders.read orders.write","client_id":"shop","username":"alice","token_type":"Bearer",` +
			`"exp":1700000900,"iat":1700000000,"sub":"alice","aud":"orders","iss":"https://id.example",` +
			`"jti":"0198b0a0-0000-7000-8000-000000000001","sid":"0198b0a0-0000-7000-8000-000000000002","auth_time":1699999999,` +
			`"acr":"urn:example:mfa","amr":["pwd"]}`},
		{Answer{Active: true, Subject: "alice", Actors: "a b"}, `{"active":true,"sub":"alice","act":{"sub":"a","act":{"sub":"b"}}}`},
	} {
		if diff := cmp.Diff(c.want, string(AppendJSON(nil, c.a))); diff != "" {
			t.Errorf("AppendJSON(%+v) (-want +got):\n%s", c.a, diff)
		}
		if got := string(AppendJSON([]byte("before "), c.a)); got != "before "+c.want {
			t.Errorf("AppendJSON does not append: %q", got)
		}
	}
}

func TestAppendJSONEscapesAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		var got struct{ Sub string }
		raw := AppendJSON(nil, Answer{Active: true, Subject: text})
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatalf("%q is written as %q: %v", text, raw, err)
		}
		want := text
		if !utf8.ValidString(text) { // byte for byte, as the standard library has it
			want = string([]rune(text))
		}
		if got.Sub != want || !utf8.Valid(raw) {
			t.Fatalf("%q is read back as %q", text, got.Sub)
		}
	})
}

// name draws what may stand in a list.
func name(extra string) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("abcXYZ019._:/-#"+extra)), 1, 12, -1)
}

func list(of *rapid.Generator[string]) *rapid.Generator[session.List] {
	return rapid.Map(rapid.SliceOfN(of, 0, 5), func(names []string) session.List { return session.ListOf(names...) })
}

func TestParseAnswerReadsWhatAppendJSONWrites(t *testing.T) {
	dates := rapid.Map(rapid.Int64Min(0), func(n int64) session.Date { return session.Date(n) })
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		a := Answer{
			Active: true, TokenType: text.Draw(t, "type"), Issuer: text.Draw(t, "iss"), Subject: text.Draw(t, "sub"),
			Username: text.Draw(t, "username"), Client: text.Draw(t, "client"), Audience: list(name("\"\\ü\u00a0")).Draw(t, "aud"),
			Scope: list(name("")).Draw(t, "scope"), ID: text.Draw(t, "jti"), Session: text.Draw(t, "sid"), IssuedAt: dates.Draw(t, "iat"),
			NotBefore: dates.Draw(t, "nbf"), ExpiresAt: dates.Draw(t, "exp"), AuthTime: dates.Draw(t, "auth_time"),
			ACR: text.Draw(t, "acr"), AMR: list(name("\"\\ü\u00a0")).Draw(t, "amr"), Actors: list(name("\"")).Draw(t, "act"),
		}
		raw := AppendJSON(nil, a)
		got, err := ParseAnswer(raw)
		if err != nil {
			t.Fatalf("ParseAnswer(%q): %v", raw, err)
		}
		if diff := cmp.Diff(a, got); diff != "" {
			t.Fatalf("ParseAnswer(%q) (-want +got):\n%s", raw, diff)
		}
	})
}

func TestParseAnswerTakes(t *testing.T) {
	deep := strings.Repeat("[", 60) + strings.Repeat("]", 60)
	for _, c := range []struct {
		text string
		want Answer
	}{
		{`{"active":false}`, Answer{}},
		{" \t\r\n{ \"active\" : false } \n", Answer{}},
		{`{"active":false,"sub":"alice","exp":1}`, Answer{}},
		{`{"sub":"alice","active":true}`, Answer{Active: true, Subject: "alice"}},
		{`{"active":true,"Active":false,"ACTIVE":0}`, Answer{Active: true}}, // other members, which are not ours
		{`{"active":true,"x":1,"x":{"active":false},"y":[null,true,-1.5e+3,"a\nb",{}]}`, Answer{Active: true}},
		{`{"active":true,"x":` + deep + `}`, Answer{Active: true}},
		{`{"\u0061ctive":true}`, Answer{Active: true}},
		{`{"active":true,"sub":"\ud83d\ude00\u00e9\/\b"}`, Answer{Active: true, Subject: "😀é/\b"}},
		{`{"active":true,"act":{"iss":"x","sub":"a","act":{"act":{"sub":"c"},"sub":"b"}}}`, Answer{Active: true, Actors: "a b c"}},
		{`{"active":true,"aud":"a"}`, Answer{Active: true, Audience: "a"}},
		{`{"active":true,"aud":["a","b","a"]}`, Answer{Active: true, Audience: "a b"}},
		{`{"active":true,"aud":[]}`, Answer{Active: true}},
		{`{"active":true,"scope":""}`, Answer{Active: true}},
		{`{"active":true,"exp":9223372036854775807}`, Answer{Active: true, ExpiresAt: 9223372036854775807}},
	} {
		got, err := ParseAnswer([]byte(c.text))
		if err != nil || got != c.want {
			t.Errorf("ParseAnswer(%q) = %+v, %v, want %+v", c.text, got, err, c.want)
		}
	}
}

func TestParseAnswerRefuses(t *testing.T) {
	refused := []string{
		``, ` `, `null`, `true`, `[]`, `"active"`, `{}`, `{"sub":"alice"}`, `{"Active":true}`, `{"active":"true"}`, `{"active":1}`,
		`{"active":null}`, `{"active":[true]}`, `{"active":TRUE}`, `{"active":truefalse}`, `{"active":true`, `{"active":true,}`,
		`{"active":true}{"active":true}`, `{"active":true} x`, `{"active":true}]`, "{\"active\":true}\x00", "\ufeff{\"active\":true}",
		`{"active":true,"active":true}`, `{"active":false,"\u0061ctive":true}`, `{"active":true,"sub":"a","sub":"a"}`,
		`{"active":true,"sub":null}`, `{"active":true,"sub":1}`, `{"active":true,"sub":["a"]}`, "{\"active\":true,\"sub\":\"\xff\"}",
		`{"active":true,"sub":"\ud83d"}`, `{"active":true,"sub":"\ude00\ud83d"}`, `{"active":true,"sub":"\ud83dx"}`, `{"active":true,"sub":"\x"}`,
		`{"active":true,"sub":"\u12g4"}`, `{"active":true,"sub":"\u+123"}`, "{\"active\":true,\"sub\":\"a\nb\"}", `{"active":true,"sub":"a`,
		`{"active":true,"exp":"1700000000"}`, `{"active":true,"exp":1700000000.0}`, `{"active":true,"exp":17e8}`, `{"active":true,"exp":0}`,
		`{"active":true,"exp":-1}`, `{"active":true,"exp":01}`, `{"active":true,"exp":+1}`, `{"active":true,"exp":9223372036854775808}`,
		`{"active":true,"exp":null}`, `{"active":true,"exp":true}`, `{"active":true,"nbf":0}`,
		`{"active":true,"scope":["a"]}`, `{"active":true,"scope":"a  b"}`, `{"active":true,"scope":" a"}`, `{"active":true,"scope":"a\tb"}`,
		`{"active":true,"scope":"a\u00a0b"}`, `{"active":true,"aud":["a b"]}`, `{"active":true,"aud":"a b"}`, `{"active":true,"aud":""}`,
		`{"active":true,"aud":[""]}`, `{"active":true,"aud":[1]}`, `{"active":true,"aud":{"a":"b"}}`, `{"active":true,"aud":null}`,
		`{"active":true,"amr":"pwd"}`, `{"active":true,x:1}`, `{"active":true,"x":.5}`, `{"active":true,"x":nul}`, `{"active":true,"x":1.}`,
		`{"active":true,"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
		`{"active":true,"x":"` + strings.Repeat("x", MaxAnswer) + `"}`,
		`{"active":true,"aud":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`,
		`{"active":true,"scope":"a` + strings.Repeat(" a", 1000) + `"}`,
		`<html>active</html>`,
		`{"active":true,"act":"a"}`, `{"active":true,"act":{}}`, `{"active":true,"act":{"sub":"a","act":{}}}`, `{"active":true,"act":{"sub":"a b"}}`,
		`{"active":true,"act":{"sub":"a","act":{"sub":"a"}}}`, `{"active":true,"act":{"sub":"a","sub":"b"}}`, `{"active":true,"act":[{"sub":"a"}]}`,
		`{"active":true,"act":{"sub":"a","act":{"sub":"b"},"act":{"sub":"c"}}}`, chain(100),
	}
	for _, text := range refused {
		if got, err := ParseAnswer([]byte(text)); err == nil || got != (Answer{}) {
			t.Errorf("ParseAnswer(%.100q) = %+v, %v, want nothing and an error", text, got, err)
		}
	}
	whole := AppendJSON(nil, full)
	for i := range whole {
		if got, err := ParseAnswer(whole[:i]); err == nil || got.Active {
			t.Errorf("ParseAnswer(%q) = %+v, %v, want an error: it is cut short", whole[:i], got, err)
		}
	}
}

// chain is an answer with that many different actors.
func chain(n int) string {
	var b strings.Builder
	b.WriteString(`{"active":true`)
	for i := range n {
		fmt.Fprintf(&b, `,"act":{"sub":"%d"`, i)
	}
	return b.String() + strings.Repeat("}", n+1)
}

func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{
		inactive, string(AppendJSON(nil, full)), `{"active":true,"x":[1,{"y":null}],"sub":"\ud83d\ude00"}`, `{"Active":true}`,
		`{"active":true,"aud":"a","exp":1e3}`, `{"active":true,"active":false}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseAnswer(data)
		if err != nil {
			if a != (Answer{}) {
				t.Fatalf("an error comes with %+v", a)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is not JSON and is taken", data)
		}
		var lax map[string]any
		if err := json.Unmarshal(data, &lax); err != nil {
			t.Fatal(err)
		}
		if lax["active"] != a.Active {
			t.Fatalf("%q: active is %v, read as %v", data, lax["active"], a.Active)
		}
		if a.Active && a.Subject != "" && lax["sub"] != a.Subject {
			t.Fatalf("%q: sub is %q, read as %q", data, lax["sub"], a.Subject)
		}
		again, err := ParseAnswer(AppendJSON(nil, a))
		if err != nil || again != a {
			t.Fatalf("%q is read as %+v, and after writing as %+v, %v", data, a, again, err)
		}
	})
}
