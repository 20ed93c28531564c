package sqlstore

import (
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Those who take back in one transaction each see what those before them did, also where all of them were asked ahead and where what they
// write into the rows is left to the last step.
func TestInOneGroupEachTakingBackSeesThoseBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store, _ func(string) string) {
		ann, ann2, bob, bob2 := testOpening("ann"), testOpening("ann"), testOpening("bob"), testOpening("bob")
		for _, o := range []*session.Opening{ann, ann2, bob, bob2} {
			if err := s.Open(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		takes := []struct {
			what string
			sel  session.Selector
			want session.Revoked
		}{
			{"a session", session.BySession(ann.Session.ID), session.Revoked{Seq: 1, Ended: 1}},
			{"it again", session.BySession(ann.Session.ID), session.Revoked{Seq: 1}},
			{"its token", session.ByToken(ann.Access.ID), session.Revoked{Seq: 1}},
			{"its subject, who has another", session.BySubject("ann"), session.Revoked{Seq: 2, Ended: 1}},
			{"that other", session.BySession(ann2.Session.ID), session.Revoked{Seq: 2}},
			{"a token", session.ByToken(bob.Access.ID), session.Revoked{Seq: 3}},
			{"it again", session.ByToken(bob.Access.ID), session.Revoked{Seq: 3}},
			{"its session", session.BySession(bob.Session.ID), session.Revoked{Seq: 4, Ended: 1}},
			{"none of that name", session.BySession(session.NewID()), session.Revoked{Seq: 5}}, // the head
			{"one beside", session.BySession(bob2.Session.ID), session.Revoked{Seq: 5, Ended: 1}},
		}
		release := hold(t, s)
		got := make([]session.Revoked, len(takes))
		var all sync.WaitGroup
		for i, take := range takes {
			all.Go(func() {
				var err error
				if got[i], err = s.Revoke(t.Context(), take.sel, time.Unix(1500, 0)); err != nil {
					t.Errorf("%s: %v", take.what, err)
				}
			})
			queued(t, s, i+1)
		}
		release()
		all.Wait()
		for i, take := range takes {
			if got[i] != take.want {
				t.Errorf("%s: %+v, want %+v", take.what, got[i], take.want)
			}
		}
		if n := numberOf(t, s, `SELECT count(*) FROM sessions WHERE ended_at = 1500 AND ended_seq IN (1, 4, 5)`); n != 3 {
			t.Errorf("%d rows say that their session has ended, want 3", n)
		}
		if n := numberOf(t, s, `SELECT count(*) FROM tokens WHERE ended_seq = 3`); n != 1 {
			t.Errorf("%d rows say that their token has ended, want 1", n)
		}
	})
}

func TestWhoMayReadWhatSomebodyBeforeChanges(t *testing.T) {
	shared := place{session: session.NewID(), subject: "ann", client: "app"}
	other := place{session: session.NewID(), subject: "ann", client: "app"}
	for _, c := range []struct {
		what           string
		before, behind []lock
		want           bool
	}{
		{"another session of the same subject", shared.whole(), other.whole(), false},
		{"the same session", shared.whole(), shared.whole(), true},
		{"the subject behind one of its sessions", shared.whole(), []lock{alone("subject", "ann")}, true},
		{"a session behind its client", []lock{alone("client", "app")}, shared.whole(), true},
		{"a session behind everything", []lock{alone("all", "")}, shared.whole(), true},
		{"another subject", shared.whole(), []lock{alone("subject", "bob"), lockOn(false, "all", "")}, false},
		{"one that says nothing of what it reads", shared.whole(), nil, true},
	} {
		before, behind := &waiting{task: task{locks: c.before}}, &waiting{task: task{locks: c.behind}, ahead: answers{{}}}
		cross([]*waiting{before, behind})
		if behind.crossed != c.want || (behind.ahead == nil) != c.want {
			t.Errorf("%s: crossed %v, with %d answers, want %v", c.what, behind.crossed, len(behind.ahead), c.want)
		}
	}
}
