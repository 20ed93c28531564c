package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session/revocation"
)

// Teller tells subscribers what was taken back ([revocation.Node]).
type Teller interface {
	Tell(ctx context.Context, t revocation.Telling) (revocation.Page, error)
}

// maxSubscriber bounds a subscriber's id, in bytes.
const maxSubscriber = 64

// revocations is the feed: what came after what the subscriber has applied, and for how long it may believe that.
func (x *exchange) revocations() error {
	c, err := x.allowed(oauth.Form{}, caller.API|caller.Gateway)
	if err != nil {
		return err
	}
	t, err := x.telling(c)
	if err != nil {
		return err
	}
	page, err := x.server.cfg.Feed.Tell(x.r.Context(), t)
	if err != nil {
		return err
	}
	more := page.After+revocation.Seq(len(page.Entries)) < page.Head
	x.json(http.StatusOK, appendPage(x.buf[:0], &page, more))
	return nil
}

func (x *exchange) telling(c *caller.Client) (revocation.Telling, error) {
	query, err := oauth.ParseForm(x.r.URL.RawQuery)
	if err != nil {
		return revocation.Telling{}, oauth.Errorf(oauth.InvalidRequest, "query of the URL: %s", err)
	}
	t := revocation.Telling{Client: c.ID, Log: query.Value("log")}
	if id := query.Value("subscriber"); id != "" {
		if len(id) > maxSubscriber || !caller.ValidID(id) {
			return t, oauth.Errorf(oauth.InvalidRequest, "subscriber is not up to %d letters, digits, - and _", maxSubscriber)
		}
		t.Subscriber = revocation.SubscriberID(c.ID + " " + id) // nobody acknowledges for another client's
	}
	if text := query.Value("after"); text != "" {
		n, err := strconv.ParseUint(text, 10, 63)
		if err != nil {
			return t, oauth.Errorf(oauth.InvalidRequest, "after is not a number of an entry")
		}
		t.Applied, t.From = revocation.Seq(n), true
	}
	if text := query.Value("wait"); text != "" {
		if t.Wait, err = time.ParseDuration(text); err != nil || t.Wait < 0 {
			return t, oauth.Errorf(oauth.InvalidRequest, "wait is not a duration such as 1s")
		}
	}
	return t, nil
}

func appendPage(dst []byte, p *revocation.Page, more bool) []byte {
	dst = append(dst, `{"log":"`...)
	dst = append(dst, p.Log...) // letters and digits
	dst = strconv.AppendUint(append(dst, `","after":`...), uint64(p.After), 10)
	dst = strconv.AppendUint(append(dst, `,"head":`...), uint64(p.Head), 10)
	dst = strconv.AppendInt(append(dst, `,"lease_ms":`...), p.Lease.Milliseconds(), 10)
	dst = append(dst, `,"entries":[`...)
	for i, e := range p.Entries {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendEntry(dst, &e)
	}
	dst = append(dst, ']')
	if p.Last.Seq != 0 {
		dst = appendEntry(append(dst, `,"last":`...), &p.Last)
	}
	dst = strconv.AppendBool(append(dst, `,"more":`...), more)
	return append(dst, '}')
}

func appendEntry(dst []byte, e *revocation.Entry) []byte {
	o := object{append(dst, '{')}
	return o.number("seq", int64(e.Seq)).text("kind", e.Target.String()).text("id", e.Key).date("at", e.At).date("until", e.Until).end()
}
