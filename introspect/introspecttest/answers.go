package introspecttest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// ask CLIENT TOKEN
func (w *world) ask(words []string) error {
	if len(words) < 2 {
		return errors.New("who asks about what?")
	}
	token, err := w.token(words[0], words[1:])
	if err != nil {
		return err
	}
	in, err := w.asker(words[0])
	if err != nil {
		return err
	}
	w.last.asked = true
	if w.last.none = in == nil; w.last.none {
		return nil
	}
	w.last.answer, w.last.err = in.Introspect(w.t.Context(), token)
	if w.last.err != nil && w.last.answer != (introspect.Answer{}) {
		return fmt.Errorf("an error comes with an answer: %+v, %w", w.last.answer, w.last.err)
	}
	return nil
}

// want inactive, want error, want refused, want active NAME member=value...; "fresh" before it leaves out what is remembered
func (w *world) want(words []string) error {
	if !w.last.asked {
		return errors.New("nobody asked")
	}
	if words[0] == "fresh" {
		if w.warm {
			return nil
		}
		words = words[1:]
	}
	got := w.last
	w.last = outcome{}
	if words[0] == "none" {
		return wantNone(got)
	}
	if got.none {
		return errors.New("from here, this client cannot ask: the table does not say so")
	}
	switch words[0] {
	case "inactive":
		if got.err != nil || got.answer != (introspect.Answer{}) {
			return fmt.Errorf("got %+v, %v", got.answer, got.err)
		}
		return nil
	case "error":
		if !errors.Is(got.err, session.ErrUnavailable) {
			return fmt.Errorf("got %+v, %v, want an error that wraps ErrUnavailable", got.answer, got.err)
		}
		return nil
	case "refused":
		if got.err == nil || errors.Is(got.err, session.ErrUnavailable) {
			return fmt.Errorf("got %+v, %v, want an error other than ErrUnavailable", got.answer, got.err)
		}
		return nil
	case "active":
		if got.err != nil || !got.answer.Active {
			return fmt.Errorf("got %+v, %v", got.answer, got.err)
		}
		return w.compare(got.answer, words[1:])
	default:
		return fmt.Errorf("%q is no answer", words[0])
	}
}

// remembered: want ... is for the run in which everything is.
func (w *world) wantRemembered(words []string) error {
	if !w.warm {
		return nil
	}
	return w.want(words[1:])
}

// members are compared by their names on the wire. Times are told from now.
func (w *world) compare(a introspect.Answer, words []string) error {
	name, v, err := named(words, "scope", "client_id", "username", "token_type", "exp", "iat", "sub", "aud", "auth_time", "acr", "amr")
	if err != nil {
		return err
	}
	o, ok := w.opened[name]
	if !ok {
		return fmt.Errorf("%q was not opened", name)
	}
	id := o.Access.ID.String()
	if a.TokenType == "refresh_token" {
		id = a.ID // nobody outside is told the id of a refresh token
	}
	notBefore := session.Date(0)
	if w.distance.Exchange != nil && a.TokenType != "refresh_token" {
		id, notBefore = a.ID, a.IssuedAt // an internal token has an id of its own, and says when it begins
	}
	from := func(d session.Date) string { return d.Time().Sub(w.now()).String() }
	got := map[string]string{
		"scope": string(a.Scope), "client_id": a.Client, "username": a.Username, "token_type": a.TokenType, "sub": a.Subject,
		"aud": string(a.Audience), "acr": a.ACR, "amr": string(a.AMR),
		"exp": from(a.ExpiresAt), "iat": from(a.IssuedAt), "auth_time": from(a.AuthTime),
	}
	var wrong []string
	for member, want := range v {
		if d, err := time.ParseDuration(want); err == nil {
			want = d.String()
		}
		if got[member] != want {
			wrong = append(wrong, fmt.Sprintf("%s is %q, want %q", member, got[member], want))
		}
	}
	if a.Issuer != issuer || a.Session != o.Session.ID.String() || a.ID != id || a.NotBefore != notBefore {
		wrong = append(wrong, fmt.Sprintf("iss %q, sid %q, jti %q, nbf %d are not those of %s", a.Issuer, a.Session, a.ID, a.NotBefore, name))
	}
	if wrong != nil {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}
