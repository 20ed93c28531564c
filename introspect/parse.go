package introspect

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/introspectd/introspectd/session"
)

// MaxAnswer bounds what [ParseAnswer] reads, in bytes. Ours are below 4 KiB.
const MaxAnswer = 64 << 10

// maxNames bounds a list in an answer: far more than anybody has, and few enough to be looked through one by one.
const maxNames = 1000

// ParseAnswer reads an answer off the wire, for the side that asks. It takes exactly one JSON object with the member active, a boolean, and
// refuses what two readers could read in two ways: a known member twice, a wrong type, what is not UTF-8, anything after the object.
// Members that it does not know are passed over; names are compared byte for byte. Whatever an inactive answer says beside that is dropped.
func ParseAnswer(data []byte) (Answer, error) {
	if len(data) > MaxAnswer {
		return Answer{}, fmt.Errorf("introspection answer: longer than %d bytes", MaxAnswer)
	}
	if !utf8.Valid(data) {
		return Answer{}, errors.New("introspection answer: not UTF-8")
	}
	r := reader{text: string(data)}
	var a Answer
	if err := r.answer(&a); err != nil {
		return Answer{}, fmt.Errorf("introspection answer: %w", err)
	}
	if !a.Active {
		return Answer{}, nil
	}
	return a, nil
}

// members are those that have a place in [Answer]. Their order is that of the bits by which repetitions are noticed.
var members = [...]string{
	"active", "scope", "client_id", "username", "token_type", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "sid", "auth_time", "acr", "amr", "act",
}

func memberIndex(name string) int {
	for i, m := range members {
		if m == name {
			return i
		}
	}
	return -1
}

func (r *reader) answer(a *Answer) error {
	var seen uint32
	err := r.object(func(name string) error {
		i := memberIndex(name)
		if i < 0 {
			return r.skip(0)
		}
		if seen&(1<<i) != 0 {
			return fmt.Errorf("member %s is there twice", name)
		}
		seen |= 1 << i
		if err := r.member(a, name); err != nil {
			return fmt.Errorf("member %s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.space(); r.pos != len(r.text) {
		return errors.New("something follows the object")
	}
	if seen&1 == 0 {
		return errors.New("no member active")
	}
	return nil
}

func (r *reader) member(a *Answer, name string) (err error) {
	switch name {
	case "active":
		a.Active, err = r.boolean()
	case "scope":
		a.Scope, err = r.scope()
	case "client_id":
		a.Client, err = r.string()
	case "username":
		a.Username, err = r.string()
	case "token_type":
		a.TokenType, err = r.string()
	case "exp":
		a.ExpiresAt, err = r.date()
	case "iat":
		a.IssuedAt, err = r.date()
	case "nbf":
		a.NotBefore, err = r.date()
	case "sub":
		a.Subject, err = r.string()
	case "aud":
		a.Audience, err = r.audience()
	case "iss":
		a.Issuer, err = r.string()
	case "jti":
		a.ID, err = r.string()
	case "sid":
		a.Session, err = r.string()
	case "auth_time":
		a.AuthTime, err = r.date()
	case "acr":
		a.ACR, err = r.string()
	case "amr":
		a.AMR, err = r.names()
	case "act":
		a.Actors, err = r.actors()
	}
	return err
}

func (r *reader) date() (session.Date, error) {
	n, err := r.integer()
	if err == nil && n <= 0 {
		// 0 would read as "not set", and then nothing ends.
		return 0, errors.New("not a time after 1970")
	}
	return session.Date(n), err
}

func (r *reader) audience() (session.List, error) {
	if r.space(); r.peek() != '"' {
		return r.names()
	}
	name, err := r.string()
	if err != nil {
		return "", err
	}
	return session.List(name), checkName(name)
}
