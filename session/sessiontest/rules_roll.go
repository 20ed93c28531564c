package sessiontest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

var rollRules = []rule{
	{"Roll/AHolderIsWaitedForFromItsEnrolmentOn", rollEnrol},
	{"Roll/OnlyTheEnrolledRenew", rollRenewUnknown},
	{"Roll/ARenewalIsARead", rollRenewReads},
	{"Roll/AStruckHolderRenewsNoMore", rollStruck},
	{"Roll/WhoLeavesIsStruckInAnyCase", rollLeave},
}

func (f *fixture) holders() ([]revocation.Acked, time.Duration) {
	f.Helper()
	all, longest, err := f.Holders(f.ctx)
	f.must(err)
	return all, longest
}

func rollEnrol(f *fixture) {
	f.open("ann")
	seq := f.revoke(session.BySubject("ann")).Seq
	f.must(f.Enrol(f.ctx, "a", 2*time.Second))
	f.must(f.Enrol(f.ctx, "b", 3*time.Second))
	all, longest := f.holders()
	want := []revocation.Acked{{Holder: "a", Seq: seq, Told: seq}, {Holder: "b", Seq: seq, Told: seq}}
	if diff := cmp.Diff(want, all); diff != "" || longest != 3*time.Second {
		f.Errorf("longest lease %v, holders (-want +got):\n%s", longest, diff)
	}
	f.open("bob")
	later := f.revoke(session.BySubject("bob")).Seq
	all, _ = f.holders()
	for _, h := range all {
		if h.Seq >= later {
			f.Errorf("%s has acknowledged entry %d, of which nobody told it", h.Holder, later)
		}
	}
}

func rollRenewUnknown(f *fixture) {
	if _, err := f.Renew(f.ctx, revocation.Renewal{Holder: "nobody", Limit: 10}); !errors.Is(err, revocation.ErrStruck) {
		f.Errorf("Renew of one who never enrolled = %v, want ErrStruck", err)
	}
}

func rollRenewReads(f *fixture) {
	f.must(f.Enrol(f.ctx, "a", time.Second))
	for range 3 {
		f.open("ann")
		f.revoke(session.BySubject("ann"))
	}
	want, err := f.Read(f.ctx, 1, 1)
	f.must(err)
	got, err := f.Renew(f.ctx, revocation.Renewal{Holder: "a", After: 1, Limit: 1})
	f.must(err)
	want.Foreign, got.Foreign = 0, 0
	if diff := cmp.Diff(want, got); diff != "" {
		f.Errorf("Renew differs from Read (-read +renew):\n%s", diff)
	}
}

func rollStruck(f *fixture) {
	f.must(f.Enrol(f.ctx, "a", time.Second))
	f.must(f.Enrol(f.ctx, "b", time.Second))
	f.open("ann")
	seq := f.revoke(session.BySubject("ann")).Seq
	f.must(f.Strike(f.ctx, f.page().Log, seq, "a"))
	if _, err := f.Renew(f.ctx, revocation.Renewal{Holder: "a", Limit: 10}); !errors.Is(err, revocation.ErrStruck) {
		f.Errorf("Renew of one who was struck = %v, want ErrStruck", err)
	}
	if all, _ := f.holders(); len(all) != 1 || all[0].Holder != "b" {
		f.Errorf("left on the roll: %v, want b alone", all)
	}
}

func rollLeave(f *fixture) {
	f.must(f.Enrol(f.ctx, "a", time.Second))
	if _, err := f.Renew(f.ctx, revocation.Renewal{Holder: "a", Limit: 10}); err != nil {
		f.Fatal(err)
	}
	f.must(f.Strike(f.ctx, "", 0, "a"))
	if all, _ := f.holders(); len(all) != 0 {
		f.Errorf("left on the roll: %v, want nobody", all)
	}
}
