package httpapi

import (
	"net/http"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// openSession opens a session for a user whom the calling login service has authenticated.
func (x *exchange) openSession() error {
	c, err := x.allowed(oauth.Form{}, caller.Login)
	if err != nil {
		return err
	}
	body, err := readJSON(x)
	if err != nil {
		return err
	}
	req, err := opening(body)
	if err != nil {
		return err
	}
	if req.Client == "" {
		req.Client = c.ID
	}
	ctx, cancel := x.changing()
	defer cancel()
	opened, err := x.server.settled.Open(ctx, req, x.at)
	if err != nil {
		return err
	}
	x.issued(opened.Pair)
	id := opened.Session.ID.String()
	x.server.notes.record(x, "session opened", c.ID, "session", id, "subject", opened.Session.Subject, "holder", opened.Session.Client,
		"audience", opened.Session.Audience.String(), "scope", opened.Session.Scope.String(), "token", opened.Pair.Access)
	x.w.Header()["Location"] = []string{x.server.metadata.path + "/sessions/" + id}
	x.json(http.StatusCreated, x.object().text("session_id", id).text("subject", opened.Session.Subject).
		tokens(opened.Pair, &opened.Access, x.at).end())
	return nil
}
