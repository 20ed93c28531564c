package hybrid_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/session"
)

func TestAnExchangeSaysWhatTheHandleSaysForOneAudience(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	out := o.exchange("gateway", login.Pair.Access, "orders")
	verdict, err := verifier(t, o.ring).Verify(t.Context(), out.Token.Reveal(), now)
	if err != nil || !verdict.Good {
		t.Fatalf("Verify = %+v, %v", verdict, err)
	}
	if diff := cmp.Diff(out.Claims, verdict.Claims); diff != "" {
		t.Errorf("claims (-exchanged +verified):\n%s", diff)
	}
	at := session.DateOf(now)
	want := hybrid.Claims{
		Issuer: issuer, Subject: "alice", Audience: "orders", Client: "web", Scope: "orders:read orders:write", ID: out.Claims.ID,
		Session: login.Session.ID, Handle: login.Access.ID, Log: o.node.Log(), IssuedAt: at, NotBefore: at, ExpiresAt: at + 60,
		AuthTime: login.Session.AuthTime, ACR: "urn:mfa", AMR: "pwd otp", Actors: "gateway", KeyID: o.ring.Public(now).Keys()[0].ID,
	}
	if diff := cmp.Diff(want, out.Claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if !out.Known || out.Remembered || !o.active(out.Token) || !o.active(login.Pair.Access) {
		t.Errorf("exchanged %+v, want a new token, and both active", out)
	}
}

// A client that exchanges what was issued to it, or a holder who is no client, is no actor.
func TestWhoActsForItselfIsNoActor(t *testing.T) {
	o := open(t, 100)
	if got := o.exchange("job", o.login("job").Pair.Access, "orders"); got.Claims.Actors != "" {
		t.Errorf("its own: actors %q", got.Claims.Actors)
	}
	if got := o.exchange("", o.login("web").Pair.Access, "orders"); got.Claims.Actors != "" || got.Claims.Client != "web" {
		t.Errorf("the holder's: actors %q, client %q", got.Claims.Actors, got.Claims.Client)
	}
}

func TestAnExchangeIsRefused(t *testing.T) {
	o := open(t, 100)
	web, job := o.login("web").Pair, o.login("job").Pair
	never := session.NewHandle(session.Access)
	gone := o.login("web")
	o.end(session.BySession(gone.Session.ID))
	signed := o.exchange("gateway", web.Access, "orders").Token
	for name, c := range map[string]struct {
		client   string
		token    session.Handle
		audience string
		scope    session.List
		want     session.Reason
		known    bool
	}{
		"a login client":                  {"web", web.Access, "orders", "", session.UnauthorizedClient, false},
		"a client without the grant type": {"plain", web.Access, "orders", "", session.UnauthorizedClient, false},
		"no such audience":                {"gateway", web.Access, "nowhere", "", session.InvalidTarget, true},
		"no audience":                     {"gateway", web.Access, "", "", session.InvalidTarget, true},
		"two audiences":                   {"gateway", web.Access, "orders stock", "", session.InvalidTarget, true},
		"an audience of others":           {"gateway", job.Access, "brief", "", session.InvalidTarget, true},
		"not listed as a caller":          {"gateway", web.Access, "closed", "", session.InvalidTarget, true},
		"an admin that is not listed":     {"root", web.Access, "stock", "", session.InvalidTarget, true},
		"a scope that nobody offers":      {"gateway", web.Access, "orders", "root", session.InvalidScope, true},
		"a scope of another audience":     {"gateway", web.Access, "orders", "stock:read", session.InvalidScope, true},
		"one scope too many":              {"gateway", web.Access, "orders", "orders:read stock:read", session.InvalidScope, true},
		"part of a name of a scope":       {"gateway", web.Access, "orders", "orders:rea", session.InvalidScope, true},
		"a refresh token":                 {"gateway", web.Refresh, "orders", "", session.InvalidRequest, false},
		"junk":                            {"gateway", session.Present("junk"), "orders", "", session.InvalidRequest, false},
		"nothing":                         {"gateway", session.Handle{}, "orders", "", session.InvalidRequest, false},
		"a token that was never issued":   {"gateway", never, "orders", "", session.InvalidRequest, false},
		"an ended session's":              {"gateway", gone.Pair.Access, "orders", "", session.InvalidRequest, true},
		"a service with another's token":  {"job", web.Access, "stock", "", session.InvalidRequest, true},
		"an api whose own audience it is": {"orders-api", job.Access, "orders", "", session.InvalidTarget, true},
		"a signed token, by no client":    {"", signed, "orders", "", session.InvalidRequest, false},
		"a signed token, by a gateway":    {"gateway", signed, "orders", "", session.InvalidRequest, true},
		"a signed token of another api":   {"stock-api", signed, "orders", "", session.InvalidRequest, true},
	} {
		got, err := o.try(c.client, c.token, c.audience, c.scope, now)
		o.refused(name, c.want, got, err)
		if got.Known != c.known {
			t.Errorf("%s: known %v", name, got.Known)
		}
	}
	if got := o.exchanger.Stats(); got.Minted != 1 || got.Refused == 0 || o.signer.signed.Load() != 1 {
		t.Errorf("Stats = %+v with %d signatures", got, o.signer.signed.Load())
	}
}

func TestScopeIsWhatIsAskedAndNeverMore(t *testing.T) {
	o := open(t, 100)
	handle := o.login("web").Pair.Access
	for asked, want := range map[session.List]session.List{
		"": "orders:read orders:write", "orders:write": "orders:write", "orders:write orders:read": "orders:write orders:read",
	} {
		got, err := o.try("gateway", handle, "orders", asked, now)
		o.must(err)
		if got.Claims.Scope != want {
			t.Errorf("asked for %q: %q, want %q", asked, got.Claims.Scope, want)
		}
	}
}

func TestLifeIsTheAudiencesAndEndsWithTheHandle(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	for audience, want := range map[string]time.Duration{"orders": time.Minute, "brief": 5 * time.Second, "long": hybrid.MaxLife} {
		c := o.exchange("gateway", login.Pair.Access, audience).Claims
		if got := c.ExpiresAt.Time().Sub(now); got != want {
			t.Errorf("%s: lives %v, want %v", audience, got, want)
		}
	}
	late := login.Access.ExpiresAt.Time().Add(-7 * time.Second)
	o.must(o.ring.Refresh(t.Context(), late))
	got, err := o.try("gateway", login.Pair.Access, "orders", "", late)
	o.must(err)
	if got.Claims.ExpiresAt != login.Access.ExpiresAt {
		t.Errorf("ends at %d, want the handle's end %d", got.Claims.ExpiresAt, login.Access.ExpiresAt)
	}
	_, err = o.try("gateway", login.Pair.Access, "orders", "", login.Access.ExpiresAt.Time())
	o.refused("at its end", session.InvalidRequest, hybrid.Exchanged{}, err)
}

func TestAStoreThatIsAwayIsNoRefusal(t *testing.T) {
	o := open(t, 100)
	login := o.login("web")
	signed := o.exchange("gateway", o.login("web").Pair.Access, "orders").Token
	o.store.Fail(errors.New("pulled"))
	for client, token := range map[string]session.Handle{"gateway": login.Pair.Access, "orders-api": signed} {
		got, err := o.try(client, token, "stock", "", now)
		if !errors.Is(err, session.ErrUnavailable) || !got.Token.IsZero() {
			t.Errorf("%s: %v, %v, want ErrUnavailable", client, got, err)
		}
	}
}

func TestWhoMayNotAskTheStoreIsToldSo(t *testing.T) {
	o := open(t, 100)
	stop := errors.New("stop")
	q := &hybrid.ExchangeRequest{Token: o.login("web").Pair.Access, Audience: "orders", Admit: func() error { return stop }}
	if _, err := o.exchanger.Exchange(t.Context(), o.client("gateway"), q, now); !errors.Is(err, stop) {
		t.Errorf("Exchange = %v, want what Admit said", err)
	}
}
