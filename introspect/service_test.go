package introspect_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sessiontest"
)

// office is a service with a real memory and a store without a disk. The API "orders" and the client "shop" are registered.
type office struct {
	store   *sessiontest.Memory
	node    *revocation.Node
	cache   *cache.Cache
	callers *caller.Registry
	service *introspect.Service
	opener  *session.Service
	orders  *caller.Client
}

var now = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

func open(tb testing.TB, capacity int, change ...func(*introspect.Config)) *office {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	o := &office{store: sessiontest.NewMemory()}
	must(o.store.AddAudience(tb.Context(), session.Audience{Name: "orders", Scopes: "orders.read orders.write", Callers: "shop"}))
	must(o.store.AddClient(tb.Context(), caller.Client{ID: "orders", Roles: caller.API, Audiences: "orders", Method: caller.SecretBasic}))
	must(o.store.AddClient(tb.Context(), caller.Client{ID: "shop", Roles: caller.Login, Method: caller.SecretBasic}))
	var err error
	o.node, err = revocation.NewNode(revocation.NodeConfig{Log: o.store, Registry: func(ctx context.Context) error { return o.callers.Load(ctx) }})
	must(err)
	o.callers = caller.NewRegistry(o.store, o.node.Set().CoversClient)
	o.cache, err = cache.New(cache.Config{Store: o.store, Node: o.node, Capacity: capacity})
	must(err)
	cfg := introspect.Config{Finder: o.cache, Callers: o.callers, Issuer: "https://id.example"}
	for _, c := range change {
		c(&cfg)
	}
	o.service, err = introspect.NewService(cfg)
	must(err)
	o.opener, err = session.NewService(session.Config{
		Store: o.store, Audiences: o.callers, Settle: o.node.Settle,
		Lifetimes: session.Lifetimes{Access: 15 * time.Minute, Session: time.Hour},
	})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = o.node.Run(ctx) })
	tb.Cleanup(func() { o.cache.Close(); cancel(); running.Wait() })
	must(o.node.Renewed(tb.Context()))
	var ok bool
	if o.orders, ok = o.callers.Client("orders"); !ok {
		tb.Fatal("orders is not registered")
	}
	return o
}

func (o *office) login(tb testing.TB) *session.Opened {
	tb.Helper()
	opened, err := o.opener.Open(tb.Context(), session.OpenRequest{Subject: "alice", Client: "shop", Audience: "orders", Scope: "orders.read"}, now)
	if err != nil {
		tb.Fatal(err)
	}
	return opened
}

// warm asks until the answer comes out of memory.
func (o *office) warm(tb testing.TB, token session.Handle) {
	tb.Helper()
	for range 1000 {
		if a, err := o.service.Answer(tb.Context(), o.orders, token, now); err != nil || !a.Active {
			tb.Fatalf("Answer = %+v, %v", a, err)
		}
		if o.cache.Stats().Hits > 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	tb.Fatal("the token is not remembered")
}

func TestNewServiceRefusesWhatWouldNotWork(t *testing.T) {
	o := open(t, 0)
	good := introspect.Config{Finder: o.cache, Callers: o.callers, Issuer: "https://id.example"}
	for _, c := range []struct {
		want   string
		change func(*introspect.Config)
	}{
		{"find", func(c *introspect.Config) { c.Finder = nil }},
		{"registry", func(c *introspect.Config) { c.Callers = nil }},
		{"issuer", func(c *introspect.Config) { c.Issuer = "" }},
		{"second", func(c *introspect.Config) { c.UseEvery = time.Millisecond }},
		{"second", func(c *introspect.Config) { c.UseEvery = -time.Minute }},
	} {
		cfg := good
		c.change(&cfg)
		if _, err := introspect.NewService(cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("NewService = %v, want an error about %q", err, c.want)
		}
	}
}

func TestWhoGuessesIsThrottledAndStillLearnsWhatIsRemembered(t *testing.T) {
	const burst = 20
	o := open(t, 100, func(c *introspect.Config) { c.Guesses = caller.NewGuesses(1, burst) })
	remembered, other := o.login(t), o.login(t)
	o.warm(t, remembered.Pair.Access)
	ask := func(token session.Handle, at time.Time) (introspect.Answer, error) {
		return o.service.Answer(t.Context(), o.orders, token, at)
	}
	for range 10 * burst { // none of these is a guess
		for _, token := range []session.Handle{session.Present("junk"), session.NewHandle(session.ClientSecret), remembered.Pair.Refresh} {
			if a, err := ask(token, now); err != nil || a.Active {
				t.Fatalf("Answer(%v) = %+v, %v", token, a, err)
			}
		}
	}
	for i := range burst {
		if a, err := ask(session.NewHandle(session.Access), now); err != nil || a.Active {
			t.Fatalf("guess %d: %+v, %v", i, a, err)
		}
	}
	lookups := o.store.Lookups()
	for range 100 {
		if a, err := ask(session.NewHandle(session.Access), now); !errors.Is(err, introspect.ErrThrottled) || a.Active {
			t.Fatalf("one guess too many: %+v, %v, want ErrThrottled", a, err)
		}
	}
	if n := o.store.Lookups(); n != lookups {
		t.Errorf("%d look-ups for those who are throttled", n-lookups)
	}
	if a, err := ask(remembered.Pair.Access, now); err != nil || !a.Active {
		t.Errorf("a remembered token: %+v, %v, want active", a, err)
	}
	if _, err := ask(other.Pair.Access, now); !errors.Is(err, introspect.ErrThrottled) {
		t.Errorf("a token that is not remembered: %v, want ErrThrottled", err)
	}
	if a, err := ask(session.Present("junk"), now); err != nil || a.Active {
		t.Errorf("junk: %+v, %v, want inactive", a, err)
	}
	admin := &caller.Client{ID: "operator", Roles: caller.Admin}
	if a, err := o.service.Answer(t.Context(), admin, other.Pair.Access, now); err != nil || !a.Active {
		t.Errorf("another client: %+v, %v, want active", a, err)
	}
	if a, err := ask(other.Pair.Access, now.Add(2*time.Second)); err != nil || !a.Active {
		t.Errorf("two seconds later: %+v, %v, want active", a, err)
	}
}

func TestGuessesAtOnceAreCountedEach(t *testing.T) {
	o := open(t, 0, func(c *introspect.Config) { c.Guesses = caller.NewGuesses(1, 10) })
	gate := make(chan struct{})
	o.store.AfterLookup(func(session.Digest) { <-gate })
	errs := make(chan error, 50)
	for range cap(errs) {
		go func() {
			_, err := o.service.Answer(t.Context(), o.orders, session.NewHandle(session.Access), now)
			errs <- err
		}()
	}
	close(gate)
	answered := 0
	for range cap(errs) {
		switch err := <-errs; {
		case err == nil:
			answered++
		case !errors.Is(err, introspect.ErrThrottled):
			t.Errorf("Answer: %v", err)
		}
	}
	if answered != 10 {
		t.Errorf("%d guesses were answered, want 10", answered)
	}
}

// touched keeps what was recorded.
type touched struct {
	sync.Mutex
	uses []session.Use
}

func (t *touched) Touch(_ context.Context, uses []session.Use) error {
	t.Lock()
	defer t.Unlock()
	t.uses = append(t.uses, uses...)
	return nil
}

func TestAUseIsRecordedWhenTheAnswerIsActive(t *testing.T) {
	var kept touched
	uses := session.NewUses(&kept, time.Hour)
	o := open(t, 100, func(c *introspect.Config) { c.Uses = uses })
	alice := o.login(t)
	stranger := &caller.Client{ID: "billing", Roles: caller.API, Audiences: "billing"}
	admin := &caller.Client{ID: "operator", Roles: caller.Admin}
	flush := func() []session.Use {
		kept.uses = nil
		if err := uses.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		return kept.uses
	}
	answer := func(c *caller.Client, token session.Handle, at time.Time) {
		t.Helper()
		if _, err := o.service.Answer(t.Context(), c, token, at); err != nil {
			t.Fatal(err)
		}
	}
	answer(stranger, alice.Pair.Access, now)
	answer(admin, alice.Pair.Refresh, now)
	answer(o.orders, session.NewHandle(session.Access), now)
	if got := flush(); got != nil {
		t.Errorf("recorded %v, want nothing: no access token was good for the one who asked", got)
	}
	o.warm(t, alice.Pair.Access)
	for s := range 59 {
		answer(o.orders, alice.Pair.Access, now.Add(time.Duration(s)*time.Second))
	}
	if got := flush(); got != nil {
		t.Errorf("recorded %v within a minute of its issue, which was a use", got)
	}
	later := now.Add(time.Minute)
	answer(o.orders, alice.Pair.Access, later)
	if diff := cmp.Diff([]session.Use{{Session: alice.Session.ID, At: session.DateOf(later)}}, flush()); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	for s := range 59 {
		answer(o.orders, alice.Pair.Access, later.Add(time.Duration(s)*time.Second))
	}
	if got := flush(); got != nil {
		t.Errorf("recorded %v within the same minute", got)
	}
	answer(o.orders, alice.Pair.Access, later.Add(time.Minute))
	if got := flush(); len(got) != 1 {
		t.Errorf("recorded %v a minute later, want one use", got)
	}
}

// odd is a finder that answers as it was told.
type odd struct {
	found session.Found
	err   error
}

func (o odd) Find(context.Context, session.Digest, time.Time, func() error) (session.Found, error) {
	return o.found, o.err
}

func TestAnErrorNeverComesWithAnActiveAnswer(t *testing.T) {
	o := open(t, 0)
	tok := o.login(t).Access
	good := session.Found{Standing: session.Good, Token: tok}
	gone := session.Found{Standing: session.Gone, Token: tok}
	for _, c := range []struct {
		name   string
		finder odd
		kind   session.Kind
		active bool
		err    error
	}{
		{"good", odd{good, nil}, session.Access, true, nil},
		{"good with an error", odd{good, session.ErrUnavailable}, session.Access, false, session.ErrUnavailable},
		{"gone", odd{gone, nil}, session.Access, false, nil},
		{"unknown", odd{session.Found{}, nil}, session.Access, false, nil},
		{"of another kind than it looks", odd{good, nil}, session.Refresh, false, nil},
	} {
		s, err := introspect.NewService(introspect.Config{Finder: c.finder, Callers: o.callers, Issuer: "https://id.example"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Answer(t.Context(), o.orders, session.NewHandle(c.kind), now)
		if a.Active != c.active || !errors.Is(err, c.err) || !c.active && a != (introspect.Answer{}) {
			t.Errorf("%s: %+v, %v", c.name, a, err)
		}
	}
}
