package cache

import (
	"reflect"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/session"
)

func TestATokenComesOutOfMemoryAsItWentIn(t *testing.T) {
	atDesk(t, 1000, func(d *desk) {
		for _, length := range []int{1, shortSubject - 1, shortSubject, shortSubject + 1, 255, 256, 1000} {
			want := d.token(strings.Repeat("s", length-1) + "!")
			want.ACR, want.AMR, want.AuthTime = "mfa", "pwd otp", want.IssuedAt-60
			want = d.issue(want)
			d.remembers(want)
			for range 2 {
				if found, err := d.cache.Find(d.Context(), want.Digest, want.IssuedAt.Time(), nil); err != nil || found.Token != want {
					t.Errorf("a subject of %d bytes: Find = %+v, %v, want %+v", length, found.Token, err, want)
				}
			}
			if k, ok := d.cache.memory.Get(key(want.Digest)); !ok || (k.terms.subject != "") != (length > shortSubject) {
				t.Errorf("a subject of %d bytes is kept as %q beside the facts", length, k.terms.subject)
			}
		}
	})
}

func TestATokenWithALongSubjectSharesNothingWithOthers(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		long := strings.Repeat("s", 2*shortSubject)
		first, second, short := d.issue(d.token(long+"1")), d.issue(d.token(long+"2")), d.issue(d.token("alice"))
		for range 2 {
			for _, want := range []session.Token{first, second, short} {
				d.remembers(want)
				if k, _ := d.cache.remembered(want.Digest); k.subject != want.Subject {
					t.Errorf("the subject of %q is remembered as %q", want.Subject, k.subject)
				}
			}
		}
		d.settle(d.revoke(session.BySubject(second.Subject)))
		d.want(second, session.Gone)
		d.want(first, session.Good)
	})
}

// A use is told once per period, whether the token comes out of the store or out of memory.
func TestAUseIsToldOnceOfALookUpAndOfWhatItLeaves(t *testing.T) {
	atDesk(t, 100, func(d *desk) {
		alice := d.issue(d.token("alice"))
		later, due := alice.IssuedAt+3600, 0
		for range 3 {
			found, err := d.cache.Find(d.Context(), alice.Digest, alice.IssuedAt.Time(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if found.Usage.Due(later, 60e9) {
				due++
			}
			d.cache.memory.Wait()
		}
		if due != 1 {
			t.Errorf("a use is due %d times, want once", due)
		}
	})
}

// There are as many facts as tokens are remembered. The collector follows each pointer in them, and the allocator rounds sizes up: a byte more
// costs sixteen.
func TestFactsHoldNoPointerAndFillTheirSize(t *testing.T) {
	of := reflect.TypeFor[facts]()
	if of.Size() != 176 {
		t.Errorf("facts are %d bytes long, want 176", of.Size())
	}
	if at := pointerIn(of, "facts"); at != "" {
		t.Errorf("%s is a pointer", at)
	}
	if pointerIn(reflect.TypeFor[terms](), "terms") != "terms.Client" {
		t.Error("a text in the terms is not seen as a pointer: this test no longer shows what it is for")
	}
}

// pointerIn names the first field that the collector would have to look at.
func pointerIn(of reflect.Type, name string) string {
	switch of.Kind() {
	case reflect.Struct:
		for f := range of.Fields() {
			if at := pointerIn(f.Type, name+"."+f.Name); at != "" {
				return at
			}
		}
		return ""
	case reflect.Array:
		return pointerIn(of.Elem(), name)
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return ""
	default:
		return name
	}
}
