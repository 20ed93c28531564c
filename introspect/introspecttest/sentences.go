package introspecttest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// do performs one sentence.
func (w *world) do(words []string) error {
	verb, rest := words[0], words[1:]
	if w.last.asked && verb != "want" && verb != "remembered:" {
		return errors.New("the answer before it is not looked at")
	}
	switch verb {
	case "audience":
		return w.audience(rest)
	case "client":
		return w.client(rest)
	case "open":
		return w.open(rest)
	case "revoke", "end", "disable", "remove":
		return w.takeBack(verb, rest)
	case "store", "lease", "wait":
		return w.happens(verb, rest)
	case "ask":
		return w.ask(rest)
	case "want":
		return w.want(rest)
	case "remembered:":
		return w.wantRemembered(rest)
	default:
		return fmt.Errorf("%q is no sentence", verb)
	}
}

// named reads what follows a name: key=value.
func named(words []string, keys ...string) (name string, values map[string]string, err error) {
	if len(words) == 0 {
		return "", nil, errors.New("no name")
	}
	values = map[string]string{}
next:
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		for _, k := range keys {
			if k == key {
				values[key] = value
				continue next
			}
		}
		return "", nil, fmt.Errorf("%q is not one of %v", key, keys)
	}
	return words[0], values, nil
}

// audience NAME scope="A B" caller="C D"
func (w *world) audience(words []string) error {
	name, v, err := named(words, "scope", "caller")
	if err != nil {
		return err
	}
	err = w.store.AddAudience(w.t.Context(), session.Audience{
		Name: name, Scopes: session.ParseList(v["scope"]), Callers: session.ParseList(v["caller"]),
	})
	return errors.Join(err, w.callers.Load(w.t.Context()))
}

// client ID role="R S" audience="A B"
func (w *world) client(words []string) error {
	id, v, err := named(words, "role", "audience")
	if err != nil {
		return err
	}
	roles, err := caller.ParseRoles(strings.Fields(v["role"])...)
	if err != nil {
		return err
	}
	secret := session.NewHandle(session.ClientSecret)
	w.secrets[id] = oauth.NewSecret(secret.Reveal())
	err = w.store.AddClient(w.t.Context(), caller.Client{
		ID: id, Roles: roles, Audiences: session.ParseList(v["audience"]), Method: caller.SecretBasic, Secret: secret.Digest(),
	})
	return errors.Join(err, w.callers.Load(w.t.Context()))
}

// open NAME subject=S client=C audience="A B" scope="X Y" acr=V amr="M N"
func (w *world) open(words []string) error {
	name, v, err := named(words, "subject", "client", "audience", "scope", "acr", "amr")
	if err != nil {
		return err
	}
	o, err := w.opener.Open(w.t.Context(), session.OpenRequest{
		Subject: v["subject"], Client: v["client"], Audience: session.ParseList(v["audience"]), Scope: session.ParseList(v["scope"]),
		ACR: v["acr"], AMR: session.ParseList(v["amr"]),
	}, w.now())
	if err != nil {
		return err
	}
	w.opened[name] = o
	if w.exchanged[name], err = w.exchange(o); err != nil {
		return err
	}
	if w.warm {
		if w.distance.Signed != nil { // all of them go back to the one handle
			return w.remember(w.exchanged[name][o.Access.Audience.Names()[0]])
		}
		return w.remember(o.Pair.Access)
	}
	return nil
}

// revoke access NAME, revoke refresh NAME, end session NAME, end subject S, end everything, disable client C, remove audience A
func (w *world) takeBack(verb string, words []string) error {
	object := words[len(words)-1]
	var sel session.Selector
	switch what := verb + " " + words[0]; what {
	case "remove audience":
		return errors.Join(w.store.RemoveAudience(w.t.Context(), object), w.callers.Load(w.t.Context()))
	case "end everything":
		sel = session.Everything()
	case "end subject":
		sel = session.BySubject(object)
	case "disable client":
		sel = session.ByClient(object)
	case "revoke access", "revoke refresh", "end session":
		o, ok := w.opened[object]
		switch {
		case !ok:
			return fmt.Errorf("%q was not opened", object)
		case what == "revoke access":
			sel = session.ByToken(o.Access.ID)
		default:
			sel = session.BySession(o.Session.ID)
		}
	default:
		return fmt.Errorf("%q cannot be taken back", what)
	}
	_, err := w.opener.End(w.t.Context(), sel, w.now())
	return err
}

var errPulled = errors.New("the plug is pulled")

// store down, store up, lease over, wait D
func (w *world) happens(verb string, words []string) error {
	switch verb + " " + words[0] {
	case "store down":
		w.store.Fail(errPulled)
		return nil
	case "store up":
		w.store.Fail(nil)
		return nil
	case "lease over":
		w.passed.Add(int64(lease))
		return nil
	}
	d, err := time.ParseDuration(words[0])
	if verb != "wait" || err != nil {
		return fmt.Errorf("%s %s does not happen", verb, words[0])
	}
	w.passed.Add(int64(d))
	return nil
}
