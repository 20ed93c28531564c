package sqlstore

import (
	"slices"
	"testing"
)

func TestStatementsAreSpelledForPostgreSQL(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT 1`: `SELECT 1`,
		`SELECT a FROM b WHERE c = ? AND d = ? LIMIT ? /* FOR UPDATE OF t SKIP LOCKED */)`: `SELECT a FROM b WHERE c = $1 AND d = $2 LIMIT $3 FOR UPDATE OF t SKIP LOCKED)`,
		`SELECT ` + bytesParam + ` AS x`:      `SELECT CAST($1 AS BYTEA) AS x`,
		`DELETE FROM "clients" WHERE id = $1`: `DELETE FROM "clients" WHERE id = $1`,
	} {
		for range 2 { // the second is remembered
			if got := numbered(query); got != want {
				t.Errorf("numbered(%q) = %q, want %q", query, got, want)
			}
		}
	}
}

func FuzzEscapedTextsComeBack(f *testing.F) {
	for _, s := range []string{"", "ann", "ann\x00b", "\x01", "\x0100", "a\xffb", "\u00e9", "e\u0301", "\ufffd", "\x01\x01zz"} {
		f.Add(s, s+"\x00")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := escape(a), escape(b)
		if got := unescape(x); got != a {
			t.Errorf("unescape(escape(%q)) = %q", a, got)
		}
		if (x == y) != (a == b) {
			t.Errorf("%q and %q are written as %q and %q", a, b, x, y)
		}
		if slices.Contains([]byte(x), 0) {
			t.Errorf("escape(%q) = %q", a, x)
		}
	})
}

func TestLocksComeInOneOrderAndOnce(t *testing.T) {
	got := inOrder([]lock{{3, false}, {1, false}, {2, true}, {1, true}, {3, false}, {2, false}})
	if want := []lock{{1, true}, {2, true}, {3, false}}; !slices.Equal(got, want) {
		t.Errorf("inOrder = %v, want %v", got, want)
	}
}
