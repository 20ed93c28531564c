package process

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProcessorsAreThoseThatMayBeUsed(t *testing.T) {
	for _, c := range []struct {
		line string
		want []int
	}{
		{"Cpus_allowed_list:\t0-1\n", []int{0, 1}},
		{"Cpus_allowed_list:\t3\n", []int{3}},
		{"Cpus_allowed_list:\t0,2-4,9\n", []int{0, 2, 3, 4, 9}},
	} {
		got, err := allowed("Name:\tx\nCpus_allowed:\tff\n" + c.line + "Mems_allowed:\t1\n")
		if err != nil {
			t.Errorf("processors of %q: %v", c.line, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("processors of %q (-want +got):\n%s", c.line, diff)
		}
	}
	for _, status := range []string{"", "Name:\tx\n", "Cpus_allowed_list:\t\n", "Cpus_allowed_list:\t1-0\n", "Cpus_allowed_list:\t0-x\n", "Cpus_allowed_list:\t0-99999999\n"} {
		if got, err := allowed(status); err == nil {
			t.Errorf("processors of %q = %v, want an error", status, got)
		}
	}
}

func TestPlacementPinsApartOrSaysWhyNot(t *testing.T) {
	p := Place(t.Context())
	if p.Pinned == (p.Why != "") {
		t.Errorf("placement %+v, want either pinned or a reason", p)
	}
	if p.Pinned && p.Server == p.Load {
		t.Errorf("servers and load share processor %d", p.Load)
	}
}
