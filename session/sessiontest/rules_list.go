package sessiontest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/session"
)

var listRules = []rule{
	{"Sessions/ActiveOnesOfTheSubjectOldestFirst", listActive},
	{"Sessions/AtMostMaxSessions", listCap},
	{"Count/CountsWhatIsKept", listCount},
	{"Touch/OnlyMovesForward", touchForward},
	{"Touch/ManyAtOnce", touchMany},
}

func listActive(f *fixture) {
	start := f.at
	var want []session.Session
	for _, minutes := range []int{30, 10, 20} {
		f.at = start.Add(time.Duration(minutes) * time.Minute)
		want = append(want, f.open("ann").Session)
		f.open("Ann")
	}
	want[0], want[1], want[2] = want[1], want[2], want[0]
	f.at = start.Add(time.Hour)
	ended := f.open("ann")
	idle, over := f.opening("ann"), f.opening("ann")
	idle.Session.IdleTTL, over.Session.ExpiresAt = time.Minute, session.DateOf(f.at.Add(time.Minute))
	f.must(f.Open(f.ctx, idle))
	f.must(f.Open(f.ctx, over))
	if n := len(f.sessions("ann")); n != 6 {
		f.Errorf("%d sessions, want 6", n)
	}
	f.revoke(session.BySession(ended.Session.ID))
	f.at = f.at.Add(time.Minute)
	if diff := cmp.Diff(want, f.sessions("ann")); diff != "" {
		f.Errorf("sessions (-want +got):\n%s", diff)
	}
	f.revoke(session.BySubject("ann"))
	if n := len(f.sessions("ann")); n != 0 {
		f.Errorf("%d sessions after all of them ended", n)
	}
	if n := len(f.sessions("Ann")); n != 3 {
		f.Errorf("%d sessions of another, want 3", n)
	}
	if n := len(f.sessions("nobody")); n != 0 {
		f.Errorf("%d sessions of an unknown subject", n)
	}
}

func listCap(f *fixture) {
	for i := range session.MaxSessions + 5 {
		f.at = f.at.Add(time.Second)
		o := f.opening("ann")
		o.Refresh = session.Token{}
		if i == 0 {
			defer func(first session.ID) {
				if list := f.sessions("ann"); len(list) != session.MaxSessions || list[0].ID != first {
					f.Errorf("%d sessions, want the oldest %d", len(list), session.MaxSessions)
				}
			}(o.Session.ID)
		}
		f.must(f.Open(f.ctx, o))
	}
}

func listCount(f *fixture) {
	for i := range 3 {
		f.open(fmt.Sprint("subject ", i))
	}
	f.revoke(session.BySubject("subject 1"))
	if n, err := f.Count(f.ctx); n != 3 || err != nil {
		f.Errorf("Count = %d, %v; want 3: ended ones are kept", n, err)
	}
}

func touchForward(f *fixture) {
	a, b := f.open("ann"), f.open("ann")
	opened := session.DateOf(f.at)
	f.must(f.Touch(f.ctx, []session.Use{
		{Session: a.Session.ID, At: opened + 50},
		{Session: session.NewID(), At: opened + 60},
		{Session: b.Session.ID, At: opened - 50},
		{Session: a.Session.ID, At: opened + 20},
	}))
	f.must(f.Touch(f.ctx, []session.Use{{Session: a.Session.ID, At: opened + 40}}))
	f.must(f.Touch(f.ctx, nil))
	for _, s := range f.sessions("ann") {
		want := map[session.ID]session.Date{a.Session.ID: opened + 50, b.Session.ID: opened}[s.ID]
		if s.LastUsedAt != want {
			f.Errorf("last used at %d, want %d", s.LastUsedAt, want)
		}
	}
	if n, err := f.Count(f.ctx); n != 2 || err != nil {
		f.Errorf("Count = %d, %v; want 2: a use makes no session", n, err)
	}
}

func touchMany(f *fixture) {
	var uses []session.Use
	for range 700 {
		o := f.opening("ann")
		o.Refresh = session.Token{}
		f.must(f.Open(f.ctx, o))
		uses = append(uses, session.Use{Session: o.Session.ID, At: session.DateOf(f.at) + 9})
	}
	f.must(f.Touch(f.ctx, uses))
	for _, s := range f.sessions("ann") {
		if s.LastUsedAt != session.DateOf(f.at)+9 {
			f.Fatalf("last used at %d, want %d", s.LastUsedAt, session.DateOf(f.at)+9)
		}
	}
}
