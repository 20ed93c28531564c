package keyring

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

var zero = time.Unix(1_800_000_000, 0)

// after is a date so many minutes after zero.
func after(minutes int) session.Date {
	return session.DateOf(zero.Add(time.Duration(minutes) * time.Minute))
}

func key(id string, from int) Record {
	return Record{ID: id, Algorithm: jwks.EdDSA, SignsFrom: after(from)}
}

func TestStatesFollowFromTheList(t *testing.T) {
	p, err := Policy{}.withDefaults() // retired keys stay for 65 minutes
	if err != nil {
		t.Fatal(err)
	}
	keys := []Record{key("a", 0), key("b", 100), key("c", 200)}
	for _, c := range []struct {
		minute int
		want   [3]State
	}{
		{-5, [3]State{Signing, Published, Published}}, // another node's clock was ahead when it made the first
		{0, [3]State{Signing, Published, Published}},
		{99, [3]State{Signing, Published, Published}},
		{100, [3]State{Retiring, Signing, Published}},
		{164, [3]State{Retiring, Signing, Published}},
		{165, [3]State{Gone, Signing, Published}},
		{200, [3]State{Gone, Retiring, Signing}},
		{264, [3]State{Gone, Retiring, Signing}},
		{265, [3]State{Gone, Gone, Signing}},
		{1_000_000, [3]State{Gone, Gone, Signing}},
	} {
		var got [3]State
		for i := range keys {
			got[i] = p.State(keys, i, after(c.minute).Time())
		}
		if got != c.want {
			t.Errorf("minute %d: %v, want %v", c.minute, got, c.want)
		}
	}
}

func TestPlan(t *testing.T) {
	week := 7 * 24 * 60
	es := key("a", 0)
	es.Algorithm = jwks.ES256
	for _, c := range []struct {
		name   string
		period time.Duration
		keys   []Record
		minute int
		want   Plan
	}{
		{"the first key signs at once", 0, nil, 7, Plan{Add: true, SignsFrom: after(7)}},
		{"without a period nothing happens by itself", 0, []Record{key("a", 0)}, 10 * week, Plan{}},
		{"before it is time", 7 * 24 * time.Hour, []Record{key("a", 0)}, week - 61, Plan{}},
		{"a lead before the period is over", 7 * 24 * time.Hour, []Record{key("a", 0)}, week - 60, Plan{Add: true, SignsFrom: after(week)}},
		{"too late still gives a lead", 7 * 24 * time.Hour, []Record{key("a", 0)}, 2 * week, Plan{Add: true, SignsFrom: after(2*week + 60)}},
		{"one that waits is enough", 7 * 24 * time.Hour, []Record{key("a", 0), key("b", week)}, week - 1, Plan{}},
		{"keys that are gone are removed", 0, []Record{key("c", 200), key("a", 0), key("b", 100)}, 265, Plan{Remove: []string{"a", "b"}}},
		{"retiring keys are kept", 0, []Record{key("a", 0), key("b", 100)}, 164, Plan{}},
		{"another algorithm gets a key of its own", 0, []Record{es}, 30, Plan{Add: true, SignsFrom: after(90)}},
		{"but not while one waits", 0, []Record{es, {ID: "b", Algorithm: jwks.RS256, SignsFrom: after(90)}}, 30, Plan{}},
	} {
		p, err := Policy{Period: c.period}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, p.Plan(c.keys, after(c.minute).Time())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestPoliciesThatCannotWorkAreRefused(t *testing.T) {
	for _, p := range []Policy{
		{Algorithm: "HS256"},
		{Algorithm: "none"},
		{Algorithm: jwks.PS256},
		{Lead: -1},
		{Margin: -time.Hour},
		{TokenLife: time.Millisecond},
		{Period: time.Hour},
		{Period: -time.Hour},
	} {
		if _, err := p.withDefaults(); err == nil {
			t.Errorf("%+v accepted", p)
		}
	}
}
