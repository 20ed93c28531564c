package main

import (
	"bytes"
	"context"
	"regexp"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheStoryIsTold(t *testing.T) {
	told := tellOnce(t)
	for _, m := range modes {
		for _, s := range chain {
			said := `401 +0 +0s`
			if m.open > 0 {
				said = `200,401 +[1-9]\d* +[1-9]\S*s`
			}
			row := regexp.MustCompile(`(?m)^` + m.name + ` +` + s.name + ` +[1-9]\d* +200 .* [1-9]\d* +` + said + `$`)
			if !row.Match(told.stdout) {
				t.Errorf("no row says that %s accepted before and refused after in mode %s:\n%s", s.name, m.name, told.stdout)
			}
		}
	}
	if told.took > limit {
		t.Errorf("took %v, want at most %v", told.took, limit)
	}
}

func TestArgumentsAreRefused(t *testing.T) {
	var stdout, stderr bytes.Buffer
	for _, args := range [][]string{{"now"}, {"-fast"}} {
		if err := run(context.Background(), args, &stdout, &stderr); err != errUsage {
			t.Errorf("run(%q) = %v, want a usage error", args, err)
		}
	}
}

// at is a call that began so many milliseconds into the story and took one.
func at(ms, status int) call {
	return call{begun: dawn.Add(time.Duration(ms) * time.Millisecond), took: time.Millisecond, status: status}
}

var dawn = time.Unix(1_800_000_000, 0)

func TestACallThatBeganAfterTheLogoutAndWasAcceptedFailsTheDemo(t *testing.T) {
	shop := []*service{{name: "shop"}}
	asked, returned := dawn.Add(100*time.Millisecond), dawn.Add(110*time.Millisecond)
	for _, c := range []struct {
		name       string
		calls      []call
		accepted   int
		convincing bool
	}{
		{"refused after", []call{at(10, 200), at(120, 401)}, 0, true},
		{"accepted after", []call{at(10, 200), at(111, 200), at(120, 401)}, 1, true},
		{"accepted while it ran", []call{at(10, 200), at(105, 200), at(99, 401), at(120, 401)}, 0, true},
		{"nothing after", []call{at(10, 200)}, 0, false},
		{"nothing before", []call{at(120, 401)}, 0, false},
		{"refused before", []call{at(10, 401), at(120, 401)}, 0, false},
		{"nobody was reached before", []call{at(10, 0), at(120, 401)}, 0, false},
		{"never refused", []call{at(10, 200), at(120, 200)}, 1, false},
	} {
		o := judge(mode{name: "m"}, shop, &load{calls: map[string][]call{"shop": c.calls}}, asked, returned)
		if o.accepted != c.accepted {
			t.Errorf("%s: %d accepted, want %d", c.name, o.accepted, c.accepted)
		}
		if err := o.convincing(); (err == nil) != c.convincing {
			t.Errorf("%s: convincing = %v", c.name, err)
		}
		var out bytes.Buffer
		if err := verdict(&out, []outcome{o}); (err != nil) != (c.accepted > 0) {
			t.Errorf("%s: verdict = %v", c.name, err)
		}
	}
}
