//go:build linux

package blackbox

import (
	"context"
	"net/http"
	"net/url"

	"github.com/introspectd/introspectd/session"
)

// asking is a [Party]: an API that asks one daemon.
type asking struct {
	d      *Daemon
	fresh  bool
	signed bool
}

// Kept is the daemon as it is asked over connections that are kept.
func (d *Daemon) Kept() Party { return asking{d: d} }

// Fresh is the daemon as it is asked over a new connection each time.
func (d *Daemon) Fresh() Party { return asking{d: d, fresh: true} }

// Signed is the daemon as it is asked about JWTs, over connections that are kept.
func (d *Daemon) Signed() Party { return asking{d: d, signed: true} }

func (a asking) Name() string {
	switch {
	case a.fresh:
		return a.d.Label + " over a new connection"
	case a.signed:
		return a.d.Label + " about a JWT"
	default:
		return a.d.Label
	}
}

func (a asking) About(t *Token) *Token {
	if a.signed {
		return t.asSigned()
	}
	return t
}

func (a asking) Accepts(ctx context.Context, t *Token) (Outcome, string) {
	t = a.About(t)
	if a.signed && t.Signer == "" {
		return Unknown, unsigned
	}
	client := a.d.door.kept
	if a.fresh {
		client = a.d.door.fresh
	}
	var answer struct{ Active *bool }
	status, words := a.d.door.send(ctx, client, call{
		method: http.MethodPost, path: "/introspect", as: a.d.in.api, form: url.Values{"token": {t.Access.Reveal()}},
	}, &answer)
	switch {
	case status != http.StatusOK || answer.Active == nil:
		return Unknown, words
	case *answer.Active:
		return Active, ""
	default:
		return Inactive, ""
	}
}

// TakeBack implements [Taker] in every way but ByClient and ByKey, which are for the command line.
func (d *Daemon) TakeBack(ctx context.Context, what Taking) (Outcome, string) {
	login, client := d.in.login, d.in.clients[what.Token.Client]
	var c call
	var done int
	switch what.By {
	case ByToken:
		c, done = call{method: http.MethodPost, path: "/revoke", as: client, form: url.Values{"token": {what.Token.Access.Reveal()}}}, http.StatusOK
	case ByRefresh:
		c, done = call{method: http.MethodPost, path: "/revoke", as: client, form: url.Values{"token": {what.Refresh.Reveal()}}}, http.StatusOK
	case ByLogout:
		c, done = call{method: http.MethodPost, path: "/logout", bearer: what.Token.Access}, http.StatusNoContent
	case BySession:
		c, done = call{method: http.MethodDelete, path: "/sessions/" + what.Token.Session, as: login}, http.StatusOK
	case BySubject:
		c, done = call{method: http.MethodDelete, path: "/sessions?subject=" + url.QueryEscape(what.Token.Subject), as: login}, http.StatusOK
	default:
		return Unknown, "not over HTTP"
	}
	status, words := d.door.send(ctx, d.door.kept, c, nil)
	if status != done {
		return Unknown, words
	}
	return Done, words
}

// Name implements [Taker].
func (d *Daemon) Name() string { return d.Label }

// Session is what a login gets.
type Session struct {
	First   *Token
	Refresh session.Handle
}

type issued struct {
	Session string `json:"session_id"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// Open opens a session for a subject, whose tokens a client will hold. Nil: it was not answered.
func (d *Daemon) Open(ctx context.Context, subject, client string) *Session {
	var got issued
	body := `{"subject":"` + subject + `","client_id":"` + client + `","audience":"orders","scope":"read"}`
	status, words := d.door.send(ctx, d.door.kept, call{method: http.MethodPost, path: "/sessions", as: d.in.login, body: body}, &got)
	if status != http.StatusCreated {
		d.in.trouble("opening at "+d.Label, words)
		return nil
	}
	t := Token{Access: session.Present(got.Access), Session: got.Session, Subject: subject, Client: client}
	return d.in.got(ctx, d, t, got.Refresh)
}

// Next exchanges a refresh token. Nil: it was refused or not answered.
func (d *Daemon) Next(ctx context.Context, s *Session) *Session {
	var got issued
	status, _ := d.door.send(ctx, d.door.kept, call{
		method: http.MethodPost, path: "/token", as: d.in.clients[s.First.Client],
		form: url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.Refresh.Reveal()}},
	}, &got)
	if status != http.StatusOK {
		return nil
	}
	t := *s.First
	t.Access, t.Signed = session.Present(got.Access), nil
	return d.in.got(ctx, d, t, got.Refresh)
}

// got is a session as it was just issued. Where there are services, its token is exchanged at once.
func (in *Installation) got(ctx context.Context, d *Daemon, t Token, refresh string) *Session {
	issued := in.Issued(t)
	if len(in.Services) > 0 {
		d.sign(ctx, issued)
	}
	return &Session{issued, session.Present(refresh)}
}
