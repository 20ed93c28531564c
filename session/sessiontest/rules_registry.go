package sessiontest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

var registryRules = []rule{
	{"Registry/KeepsWhatIsRegistered", registryKeeps},
	{"Registry/EachChangeRaisesTheVersion", registryVersion},
	{"Registry/TwiceAndUnknownAreAnswers", registryErrors},
	{"Registry/SnapshotDoesNotChange", registrySnapshot},
}

func (f *fixture) registry() caller.Snapshot {
	f.Helper()
	s, err := f.Registry(f.ctx)
	f.must(err)
	return s
}

func registryKeeps(f *fixture) {
	clients := map[string]*caller.Client{"app": f.registry().Clients["app"]}
	for _, c := range []caller.Client{
		{ID: "full", Roles: caller.Login | caller.API | caller.Gateway | caller.Admin | caller.Service, Audiences: "orders billing", Method: caller.PrivateKeyJWT, Secret: f.digest(), Scopes: "a b", GrantTypes: "refresh_token", JWKS: `{"keys":[]}`, CreatedAt: 1_700_000_000},
		{ID: "App", Roles: caller.API, Method: caller.SecretPost},
		{ID: "off", Roles: caller.Login, Disabled: true},
	} {
		f.must(f.AddClient(f.ctx, c))
		clients[c.ID] = &c
	}
	audiences := map[string]session.Audience{
		"orders":  {Name: "orders", Scopes: "read write", Callers: "app full", JWTTTL: 1500 * time.Millisecond},
		"billing": {Name: "billing"},
	}
	for _, a := range audiences {
		f.must(f.AddAudience(f.ctx, a))
	}
	f.revoke(session.BySession(f.open("ann").Session.ID))
	got := f.registry()
	if diff := cmp.Diff(caller.Snapshot{Clients: clients, Audiences: audiences, Head: 1}, got); diff != "" {
		f.Errorf("registry (-want +got):\n%s", diff)
	}
	f.wantRefusal("Open for a client that was registered disabled", f.Open(f.ctx, f.issuedTo("off", f.opening("ann"))), session.UnauthorizedClient)

	secret := f.digest()
	f.must(f.ReplaceSecret(f.ctx, "full", secret))
	f.must(f.RemoveAudience(f.ctx, "billing"))
	_, err := f.RemoveClient(f.ctx, "App", session.DateOf(f.at))
	f.must(err)
	clients["full"].Secret = secret
	delete(clients, "App")
	delete(audiences, "billing")
	if diff := cmp.Diff(caller.Snapshot{Clients: clients, Audiences: audiences, Head: 2}, f.registry()); diff != "" {
		f.Errorf("registry after changes (-want +got):\n%s", diff)
	}
}

func registryVersion(f *fixture) {
	version := f.page().Registry
	for _, change := range []struct {
		name   string
		change func() error
	}{
		{"AddClient", func() error { return f.AddClient(f.ctx, caller.Client{ID: "new", Roles: caller.API}) }},
		{"ReplaceSecret", func() error { return f.ReplaceSecret(f.ctx, "new", f.digest()) }},
		{"AddAudience", func() error { return f.AddAudience(f.ctx, session.Audience{Name: "orders"}) }},
		{"RemoveAudience", func() error { return f.RemoveAudience(f.ctx, "orders") }},
		{"disable", func() error { _, err := f.Revoke(f.ctx, session.ByClient("new"), f.at); return err }},
		{"RemoveClient", func() error { _, err := f.RemoveClient(f.ctx, "new", session.DateOf(f.at)); return err }},
	} {
		f.must(change.change())
		now := f.page().Registry
		if now <= version {
			f.Errorf("%s: registry version went from %d to %d", change.name, version, now)
		}
		version = now
	}
	f.open("ann")
	f.revoke(session.BySubject("ann"))
	if now := f.page().Registry; now != version {
		f.Errorf("registry version went from %d to %d without a change", version, now)
	}
}

func registryErrors(f *fixture) {
	f.must(f.AddAudience(f.ctx, session.Audience{Name: "orders", Scopes: "read"}))
	version := f.page().Registry
	before := f.registry()
	for _, no := range []struct {
		name string
		err  error
		want error
	}{
		{"AddClient twice", f.AddClient(f.ctx, caller.Client{ID: "app", Roles: caller.Admin}), caller.ErrExists},
		{"AddAudience twice", f.AddAudience(f.ctx, session.Audience{Name: "orders", Scopes: "all"}), caller.ErrExists},
		{"ReplaceSecret of an unknown client", f.ReplaceSecret(f.ctx, "APP", f.digest()), caller.ErrUnknown},
		{"RemoveAudience of an unknown one", f.RemoveAudience(f.ctx, "Orders"), caller.ErrUnknown},
	} {
		if !errors.Is(no.err, no.want) || errors.Is(no.err, session.ErrUnavailable) {
			f.Errorf("%s: error %v, want %v and nothing about being unavailable", no.name, no.err, no.want)
		}
	}
	if _, err := f.RemoveClient(f.ctx, "nobody", session.DateOf(f.at)); !errors.Is(err, caller.ErrUnknown) {
		f.Errorf("RemoveClient of an unknown one: error %v, want %v", err, caller.ErrUnknown)
	}
	if diff := cmp.Diff(before, f.registry()); diff != "" {
		f.Errorf("registry changed (-before +after):\n%s", diff)
	}
	if now := f.page().Registry; now != version {
		f.Errorf("registry version went from %d to %d without a change", version, now)
	}
	f.wantEntries(0)
}

func registrySnapshot(f *fixture) {
	f.addClient("other")
	before := f.registry()
	f.revoke(session.ByClient("app"))
	f.must(f.ReplaceSecret(f.ctx, "other", f.digest()))
	_, err := f.RemoveClient(f.ctx, "other", session.DateOf(f.at))
	f.must(err)
	if len(before.Clients) != 2 || before.Clients["app"].Disabled || before.Clients["other"].Secret != (session.Digest{}) {
		f.Errorf("a snapshot that was handed out has changed: %+v", before)
	}
}
