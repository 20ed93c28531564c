package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// scenario is one question of the comparison. Its steps are done in order; what they have found is told when all are done, or the run has ended
// before.
type scenario struct {
	key, title string
	steps      []step
	finish     func() // puts what was found into the report
	over       func() // ends what the scenario alone has started
}

// step is a part of a scenario that can be waited for.
type step struct {
	title string
	takes time.Duration // about; for those who watch
	needs bool          // the rest of the scenario is nothing without it
	do    func(ctx context.Context) error
}

// The scenarios, in the order in which they are run.
const (
	questionsKey = "questions"
	steadyKey    = "steady"
	burstKey     = "burst"
	chainKey     = "chain"
	logoutKey    = "logout"
	outageKey    = "outage"
	growthKey    = "growth"
	stormKey     = "storm"
	sizeKey      = "size"
	peersKey     = "peers"
)

var scenarioNames = []string{questionsKey, steadyKey, burstKey, chainKey, logoutKey, outageKey, stormKey, growthKey, sizeKey, peersKey}

// plan is all that is to be done.
func (b *bench) plan() []*scenario {
	steady, calls := b.steady()
	burst, firsts := b.burst()
	all := []*scenario{steady, burst, b.chain(), b.logout(), b.outage()}
	for i := range b.stores {
		all = append(all, b.storm(i))
	}
	all = append(all, b.growth(), b.size(calls, firsts), b.others())
	all = slices.DeleteFunc(all, func(s *scenario) bool { return s == nil || !slices.Contains(b.scenarios, s.key) })
	if !slices.Contains(b.scenarios, questionsKey) {
		return all
	}
	var first []*scenario
	for i := range b.stores {
		first = append(first, b.questions(i))
	}
	return append(first, all...)
}

// errNotStarted is of what has failed to start, which was said then.
var errNotStarted = errors.New("it was not started")

// follow does what is planned. One step that fails is said, and does not keep the others from being done, unless they need it.
func (b *bench) follow(ctx context.Context, all []*scenario) {
	var whole time.Duration
	count := 0
	for _, s := range all {
		for _, st := range s.steps {
			whole, count = whole+st.takes, count+1
		}
	}
	b.bar.begin(count, whole)
	for _, s := range all {
		from := b.observe(ctx)
		b.through(ctx, s)
		if s.finish != nil {
			s.finish()
		}
		if s.over != nil {
			s.over()
		}
		b.disturbed(s, from, b.observe(ctx))
	}
	b.report.Sections = append(b.report.Sections, b.last...)
	b.bar.end()
}

func (b *bench) through(ctx context.Context, s *scenario) {
	lost := false
	for _, st := range s.steps {
		if ctx.Err() != nil {
			return
		}
		b.bar.step(s.title+": "+st.title, st.takes)
		if !lost {
			if err := st.do(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errNotStarted) {
				b.fail(fmt.Errorf("%s: %s: %w", s.title, st.title, err))
				lost = st.needs
			}
		}
		b.bar.done(st.takes)
	}
}
