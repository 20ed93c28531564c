package partners_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

// refresher is golang.org/x/oauth2 as a login service uses it for a session that it has opened. Its first token has expired, and any
// other counts as expired within the hour, so that every call refreshes.
func refresher(t *testing.T, d *daemon, hc *http.Client, style oauth2.AuthStyle, session opened) oauth2.TokenSource {
	t.Helper()
	config := &oauth2.Config{
		ClientID: "web", ClientSecret: d.secrets["web"],
		Endpoint: oauth2.Endpoint{TokenURL: d.issuer + "/token", AuthStyle: style},
	}
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, hc)
	held := &oauth2.Token{AccessToken: session.Access, RefreshToken: session.Refresh, Expiry: time.Now().Add(-time.Minute)}
	return oauth2.ReuseTokenSourceWithExpiry(nil, config.TokenSource(ctx, held), time.Hour)
}

// judge asks what a token is worth to the API of the orders.
func judge(t *testing.T, d *daemon) func(token string, want bool) {
	t.Helper()
	server, _ := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	return func(token string, want bool) {
		t.Helper()
		got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, token)
		if err != nil || got.Active != want {
			t.Errorf("active: %+v, %v, want %v", got, err, want)
		}
	}
}

func TestOAuth2RefreshesAgainAndAgain(t *testing.T) {
	d := start(t, &http.Client{})
	for name, style := range map[string]oauth2.AuthStyle{
		"basic": oauth2.AuthStyleInHeader, "post": oauth2.AuthStyleInParams, "found out": oauth2.AuthStyleAutoDetect,
	} {
		t.Run(name, func(t *testing.T) {
			is, session := judge(t, d), d.open(t, "orders")
			hc, heard := d.recording()
			source := refresher(t, d, hc, style, session)
			held, seen := []string{session.Access}, map[string]bool{session.Access: true, session.Refresh: true}
			for range 3 {
				token, err := source.Token()
				if err != nil {
					t.Fatal(err)
				}
				heard.last(t).tokens(t)
				if seen[token.AccessToken] || seen[token.RefreshToken] {
					t.Fatal("a refresh gave a token that had been given before")
				}
				seen[token.AccessToken], seen[token.RefreshToken] = true, true
				held = append(held, token.AccessToken)
				if token.Type() != "Bearer" || token.Extra("scope") != scopes["orders"] {
					t.Errorf("type %q, scope %q", token.Type(), token.Extra("scope"))
				}
				if left := time.Until(token.Expiry); left < 10*time.Minute || left > 15*time.Minute {
					t.Errorf("expires in %v, want about the default of 15m", left)
				}
			}
			if n := heard.count("/token"); n != 3 {
				t.Errorf("%d requests for 3 refreshes", n)
			}
			for _, token := range held {
				is(token, true) // calls in flight do not fail
			}
			d.end(t, session)
			for _, token := range held {
				is(token, false)
			}
			_, err := source.Token()
			refused(t, err, "invalid_grant")
		})
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); !ok || e.ErrorCode != code || e.Response.StatusCode != http.StatusBadRequest {
		t.Errorf("error %v, want 400 %s", err, code)
	}
}

// lossy loses answers on the way back: the daemon has refreshed, and the client does not know.
type lossy struct {
	below http.RoundTripper
	lose  int
}

var errLost = fmt.Errorf("connection reset: %w", io.ErrUnexpectedEOF)

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.below.RoundTrip(r)
	if err != nil || l.lose == 0 {
		return answer, err
	}
	l.lose--
	answer.Body.Close()
	return nil, errLost
}

// lostPair is what the daemon sent and the client did not get.
func lostPair(t *testing.T, a answer) (access, refresh any) {
	t.Helper()
	a.tokens(t)
	o := a.object(t)
	return o["access_token"], o["refresh_token"]
}

func TestOAuth2AsksAgainAfterALostAnswer(t *testing.T) {
	d := start(t, &http.Client{})
	is, session := judge(t, d), d.open(t, "orders")
	hc, heard := d.recording()
	loss := &lossy{below: hc.Transport, lose: 2}
	source := refresher(t, d, &http.Client{Transport: loss}, oauth2.AuthStyleInHeader, session)
	for range 2 {
		if _, err := source.Token(); !errors.Is(err, errLost) {
			t.Fatalf("the answer was lost: %v", err)
		}
	}
	access, refresh := lostPair(t, heard.last(t))
	token, err := source.Token() // it still holds the token that it has used
	if err != nil {
		t.Fatal(err)
	}
	if token.AccessToken != access || token.RefreshToken != refresh {
		t.Error("the repeated refresh gave another pair than the lost one")
	}
	next, err := source.Token()
	if err != nil {
		t.Fatalf("the session did not survive the lost answer: %v", err)
	}
	is(next.AccessToken, true)
	is(token.AccessToken, true)
}

// Its first request also finds out which authentication the server wants, and whatever goes wrong with it is tried the other way at once.
func TestOAuth2LosesTheAnswerToItsFirstTryAndDoesNotNotice(t *testing.T) {
	d := start(t, &http.Client{})
	is, session := judge(t, d), d.open(t, "orders")
	hc, heard := d.recording()
	loss := &lossy{below: hc.Transport, lose: 1}
	source := refresher(t, d, &http.Client{Transport: loss}, oauth2.AuthStyleAutoDetect, session)
	token, err := source.Token()
	if err != nil {
		t.Fatal(err)
	}
	if n := heard.count("/token"); n != 2 || loss.lose != 0 {
		t.Fatalf("%d requests, %d still to lose: nothing was lost", n, loss.lose)
	}
	access, refresh := lostPair(t, heard.answers[0])
	if token.AccessToken != access || token.RefreshToken != refresh {
		t.Error("the second try gave another pair than the lost one")
	}
	if _, err := source.Token(); err != nil {
		t.Errorf("the session did not survive: %v", err)
	}
	is(token.AccessToken, true)
}

func TestOAuth2WithAnOldTokenEndsTheSession(t *testing.T) {
	d := start(t, &http.Client{})
	is, session := judge(t, d), d.open(t, "orders")
	hc, heard := d.recording()
	source := refresher(t, d, hc, oauth2.AuthStyleInHeader, session)
	var last *oauth2.Token
	for range 2 {
		var err error
		if last, err = source.Token(); err != nil {
			t.Fatal(err)
		}
	}
	is(last.AccessToken, true)
	// Somebody else has kept the first one, and its successor has been used.
	_, err := refresher(t, d, hc, oauth2.AuthStyleInHeader, session).Token()
	refused(t, err, "invalid_grant")
	heard.last(t).failed(t, http.StatusBadRequest, "invalid_grant")
	is(last.AccessToken, false)
	is(session.Access, false)
	_, err = source.Token()
	refused(t, err, "invalid_grant")
}

func TestOAuth2HoldersLogThemselvesOut(t *testing.T) {
	d := start(t, &http.Client{})
	is, session := judge(t, d), d.open(t, "orders")
	hc, _ := d.recording()
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, hc)
	holder := oauth2.NewClient(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: session.Access}))
	for _, want := range []int{http.StatusNoContent, http.StatusUnauthorized} {
		answer, err := holder.Post(d.issuer+"/logout", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("POST /logout = %s, want %d", answer.Status, want)
		}
		is(session.Access, false)
	}
}
