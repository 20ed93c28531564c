package jwks

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/vectors"
)

// exact judges one JSON text of any type, as a value inside an object is judged.
func exact(data []byte) bool {
	s := scanner{data: data}
	s.space()
	if !s.value() {
		return false
	}
	s.space()
	return s.at == len(data)
}

// jsonSuite reads the directory of parsing cases, or makes do with a few.
func jsonSuite(t *testing.T) map[string][]byte {
	t.Helper()
	cases, all := vectors.Folder(t, "json-test-suite/test_parsing", map[string]string{
		"y_object_basic.json": `{"asd":"sdf"}`, "y_string_null_escape.json": `["\u0000"]`,
		"y_string_surrogates_U+1D11E_MUSICAL_SYMBOL_G_CLEF.json": `["\uD834\uDd1e"]`,
		"n_object_trailing_comma.json":                           `{"id":0,}`, "n_number_-01.json": `[-01]`,
		"n_structure_trailing_#.json": `{"a":"b"}#{}`, "n_string_unescaped_tab.json": "[\"\t\"]",
	})
	if all && len(cases) != 318 {
		t.Errorf("%d cases, want 318", len(cases))
	}
	return cases
}

func TestJSONIsReadAsTheSuiteSays(t *testing.T) {
	for name, data := range jsonSuite(t) {
		got := exact(data)
		switch {
		case strings.Contains(name, "y_object_duplicated_key"):
			if got { // RFC 8259 §4 leaves it open; we refuse
				t.Errorf("%s: two members of one name were accepted", name)
			}
		case name[0] == 'y' && !got, name[0] == 'n' && got:
			t.Errorf("%s: accepted = %v", name, got)
		case name[0] == 'i' && got && !json.Valid(data):
			t.Errorf("%s: accepted, though encoding/json does not", name)
		}
	}
}

func TestTextIsValidUnicodeOrRefused(t *testing.T) {
	for text, want := range map[string]bool{
		`"\ud800"`: false, `"\udc00"`: false, `"\ud800\ud800"`: false, `"\ud800x"`: false, `"\uD834\uDD1E"`: true,
		"\"\xff\"": false, "\"\xc0\x80\"": false, "\"\xed\xa0\x80\"": false, "\"\xf4\x90\x80\x80\"": false, `"é"`: true, `"\u00e9"`: true,
	} {
		o, err := ParseObject([]byte(`{"a":` + text + `}`))
		if (err == nil) != want {
			t.Errorf("a text %s: %v, want accepted %v", text, err, want)
			continue
		}
		var std string
		if got, _ := o.Value("a").Text(); want && (json.Unmarshal([]byte(text), &std) != nil || got != std) {
			t.Errorf("Text(%s) = %q, want %q", text, got, std)
		}
	}
}

func TestNamesAreExactAndOccurOnce(t *testing.T) {
	long := strings.Builder{}
	long.WriteString(`{"a":1`)
	for i := range 100 {
		long.WriteString(`,"n` + strings.Repeat("x", i) + `":1`)
	}
	for text, want := range map[string]bool{
		`{"exp":1,"EXP":2}`: true, `{"exp":1,"exp":2}`: false, `{"exp":1,"\u0065xp":2}`: false, `{"a":{"b":1,"b":1}}`: false,
		`{"a":[{"b":1},{"b":1}]}`: true, `{"":1,"":1}`: false,
		long.String() + `}`: true, long.String() + `,"a":2}`: false, long.String() + `,"nxxx":2}`: false,
	} {
		if _, err := ParseObject([]byte(text)); (err == nil) != want {
			t.Errorf("ParseObject(%.40s) = %v, want accepted %v", text, err, want)
		}
	}
	o, err := ParseObject([]byte(`{"exp":1,"EXP":2}`))
	if n, ok := o.Value("exp").Int(); err != nil || !ok || n != 1 {
		t.Errorf("exp beside EXP = %v, %v, %v", n, ok, err)
	}
	if o.Has("Exp") {
		t.Error("Exp is found where exp stands")
	}
}

func TestDepthIsBounded(t *testing.T) {
	for depth, want := range map[int]bool{maxDepth - 1: true, maxDepth: false, 100_000: false} {
		text := `{"a":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
		if _, err := ParseObject([]byte(text)); (err == nil) != want {
			t.Errorf("%d arrays: %v, want accepted %v", depth, err, want)
		}
	}
}

func TestNumbersAreWholeOrNotThere(t *testing.T) {
	for text, want := range map[string]struct {
		n  int64
		ok bool
	}{
		"0": {0, true}, "1": {1, true}, "-1": {-1, true}, "9223372036854775807": {1<<63 - 1, true}, "9223372036854775808": {0, false},
		"1.0": {0, false}, "1.5": {0, false}, "1e3": {0, false}, "1E300": {0, false}, "-0": {0, false}, `"1"`: {0, false}, "null": {0, false},
		"true": {0, false}, "[1]": {0, false},
	} {
		o, err := ParseObject([]byte(`{"n":` + text + `}`))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if n, ok := o.Value("n").Int(); ok != want.ok || ok && n != want.n {
			t.Errorf("Int(%s) = %d, %v, want %d, %v", text, n, ok, want.n, want.ok)
		}
	}
	if _, ok := (Value{}).Int(); ok {
		t.Error("a missing member is a number")
	}
}

// FuzzObject holds that whatever is accepted is accepted by encoding/json as well, with the same texts and numbers.
func FuzzObject(f *testing.F) {
	for _, s := range []string{
		`{"a":"b\n\u00e9\ud834\udd1e","c":[1,2.5e3,{"d":null}],"e":true}`, `{"exp":1700000000,"aud":["x"]}`, `{}`, `{"a":-0}`, ` {"":[[],{"":[]}]}` + "\n",
		// What must not be taken.
		`{"a":1,"\u0061":2}`, `{"a":"\ud800"}`, `{"a":1.}`, `{"a":01}`, `{"a":1e}`, `{"a":-}`, `{"a":1,}`, `{"a":[1,]}`, `{"a":1}x`, "{\"a\":\"\t\"}", `{"a":"\x"}`, `{"a":tru}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseObject(data)
		if err != nil {
			return
		}
		var std map[string]any
		if err := json.Unmarshal(data, &std); err != nil {
			t.Fatalf("encoding/json refuses %q: %v", data, err)
		}
		if len(std) != len(o.members) {
			t.Fatalf("%d members of %q, want %d", len(o.members), data, len(std))
		}
		for name, want := range std {
			if text, ok := want.(string); ok {
				if got, ok := o.Value(name).Text(); !ok || got != text {
					t.Errorf("%q of %q = %q, want %q", name, data, got, text)
				}
			}
			if list, ok := want.([]any); ok {
				if got, ok := o.Value(name).Elements(); !ok || len(got) != len(list) {
					t.Errorf("%q of %q has %d elements, want %d", name, data, len(got), len(list))
				}
			}
		}
	})
}
