package httpapi

import (
	"net/http"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// listSessions shows what a subject has open: for the page on which a user finds the device that was lost.
func (x *exchange) listSessions() error {
	if _, err := x.allowed(oauth.Form{}, caller.Login); err != nil {
		return err
	}
	subject, err := x.subject()
	if err != nil {
		return err
	}
	open, err := x.server.settled.Sessions(x.r.Context(), subject, x.at)
	if err != nil {
		return err
	}
	buf := append(x.buf[:0], `{"sessions":[`...)
	for i := range open {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendSession(buf, &open[i])
	}
	x.json(http.StatusOK, append(buf, "]}"...))
	return nil
}

func appendSession(dst []byte, s *session.Session) []byte {
	o := object{append(dst, '{')}
	return o.text("session_id", s.ID.String()).
		text("subject", s.Subject).
		text("client_id", s.Client).
		date("opened_at", s.OpenedAt).
		date("last_used_at", s.LastUsedAt).
		date("expires_at", s.ExpiresAt).
		text("device", s.Device).
		text("ip", s.IP).
		list("amr", s.AMR).
		text("acr", s.ACR).end()
}

// subject is the one parameter of the collection. An empty one is a missing one: it never means everybody. Other parameters are refused,
// since what was meant to narrow a logout must not widen it by being overlooked.
func (x *exchange) subject() (string, error) {
	query, err := oauth.ParseForm(x.r.URL.RawQuery)
	switch {
	case err != nil:
		return "", oauth.Errorf(oauth.InvalidRequest, "query of the URL: %s", err)
	case query.Value("subject") == "":
		return "", oauth.Errorf(oauth.InvalidRequest, "subject is missing: name it in the query, percent-encoded")
	case query.Len() > 1:
		return "", oauth.Errorf(oauth.InvalidRequest, "only subject is read from the query")
	}
	return query.Value("subject"), nil
}
