package session

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/big"
	"strings"
	"testing"
)

func TestNewHandleIsWellFormedUniqueAndItsOwnKind(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range []Kind{Access, Refresh, Grant, ClientSecret} {
		for range 2500 {
			h := NewHandle(kind)
			if got := h.Kind(); got != kind {
				t.Fatalf("NewHandle(%v).Kind() = %v", kind, got)
			}
			if seen[h.Reveal()] {
				t.Fatal("the same handle twice")
			}
			seen[h.Reveal()] = true
		}
	}
}

func TestTheRandomPartIsTheNumberInBase62(t *testing.T) {
	random := make([]byte, 32)
	numbers := [][32]byte{{}, {31: 1}, {31: 61}, {31: 62}, {0: 1}, {0: 0x80}, [32]byte(bytes.Repeat([]byte{0xff}, 32))}
	for range 1000 {
		_, _ = rand.Read(random)
		numbers = append(numbers, [32]byte(random))
	}
	for _, bits := range numbers {
		got := handleOf(Access, bits).Reveal()[prefixLen : prefixLen+randomLen]
		rest, digit := new(big.Int).SetBytes(bits[:]), new(big.Int)
		want := ""
		for range randomLen {
			rest.DivMod(rest, big.NewInt(62), digit)
			want = string(base62[digit.Int64()]) + want
		}
		if got != want {
			t.Errorf("handleOf(%x) = %s, want %s", bits, got, want)
		}
	}
}

func TestHandleHasTheDocumentedShape(t *testing.T) {
	text := NewHandle(Access).Reveal()
	if len(text) != 53 || !strings.HasPrefix(text, "ita_") {
		t.Fatalf("handle has %d characters and prefix %q, want 53 and ita_", len(text), text[:4])
	}
	sum := uint64(0)
	for _, c := range text[47:] {
		sum = sum*62 + uint64(strings.IndexRune(base62, c))
	}
	if want := uint64(crc32.ChecksumIEEE([]byte(text[:47]))); sum != want {
		t.Errorf("checksum = %d, want CRC-32 of all before it, %d", sum, want)
	}
}

func TestAHandleChangedInAnyWayIsMalformed(t *testing.T) {
	good := NewHandle(Access).Reveal()
	swapCase := func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return r - 32
			case r >= 'A' && r <= 'Z':
				return r + 32
			}
			return r
		}, s)
	}
	cases := map[string]string{
		"empty": "", "NUL behind": good + "\x00", "space behind": good + " ", "newline behind": good + "\n", "percent": good + "%00", "equals": good + "=",
		"space before": " " + good, "quoted": `"` + good + `"`, "case swapped": swapCase(good), "other prefix": "itx_" + good[4:],
		"refresh prefix": "itr_" + good[4:], "full width": strings.Replace(good, good[10:11], "\uff21", 1), "carriage return inside": good[:20] + "\r" + good[20:],
		"digest hex": fmt.Sprintf("%x", Present(good).Digest()),
	}
	for i := range len(good) {
		cases[fmt.Sprintf("prefix of %d", i)] = good[:i]
	}
	for i := range len(good) {
		other := byte('0')
		if good[i] == '0' {
			other = '1'
		}
		cases[fmt.Sprintf("character %d changed", i)] = good[:i] + string(other) + good[i+1:]
	}
	for name, text := range cases {
		if got := Present(text).Kind(); got != Malformed {
			t.Errorf("%s: Kind() = %v, want malformed", name, got)
		}
		if text != good && Present(text).Digest() == Present(good).Digest() {
			t.Errorf("%s: has the digest of the good handle", name)
		}
	}
}

func TestHandleNeverPrintsItself(t *testing.T) {
	h := NewHandle(Refresh)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("seen", "token", h, "in", struct{ T Handle }{h})
	js, err := json.Marshal(map[string]any{"t": h})
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %s %q %+v %#v %x %d %v %d", h, h, h, h, h, h, h, []Handle{h}, struct{ T Handle }{h}) + log.String() + string(js)
	if strings.Contains(out, h.Reveal()[4:]) || strings.Contains(out, fmt.Sprintf("%x", h.Reveal())) {
		t.Errorf("a handle printed itself: %s", out)
	}
	if !strings.Contains(out, h.Digest().String()) {
		t.Errorf("a printed handle cannot be told from another: %s", out)
	}
}

func FuzzHandleKind(f *testing.F) {
	f.Add(NewHandle(Access).Reveal())
	f.Add("ita_")
	f.Add(strings.Repeat("\xff", handleLen))
	f.Fuzz(func(t *testing.T, text string) {
		h := Present(text)
		if kind := h.Kind(); kind != Malformed && (len(text) != handleLen || !strings.HasPrefix(text, prefixes[kind])) {
			t.Errorf("Present(%q).Kind() = %v", text, kind)
		}
		_ = h.Digest()
	})
}

// What does a junk token cost before it is turned away, and what does a good one cost up to its digest?
func BenchmarkHandle(b *testing.B) {
	good := NewHandle(Access).Reveal()
	bad := good[:52] + "_"
	b.Run("good", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h := Present(good)
			if h.Kind() != Access || h.Digest() == (Digest{}) {
				b.Fatal("not good")
			}
		}
	})
	b.Run("junk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if Present(bad).Kind() != Malformed {
				b.Fatal("not junk")
			}
		}
	})
}
