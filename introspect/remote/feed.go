package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

// Feed follows the revocation log over HTTP, for one [revocation.Subscriber]: the next poll acknowledges what the last one brought, so it
// cannot be shared.
type Feed struct {
	client *Client
	id     revocation.SubscriberID
}

// NewFeed checks the configuration; Endpoint is the feed's. It asks nobody yet.
func NewFeed(c Config) (*Feed, error) {
	client, err := New(c)
	if err != nil {
		return nil, err
	}
	return &Feed{client, revocation.SubscriberID(session.NewID().String())}, nil
}

// maxPage is the longest page that is read: a thousand entries are a tenth of it.
const maxPage = 2 << 20

// longestLease is the longest that is believed; no installation has a longer one.
const longestLease = time.Minute

// Poll implements [revocation.Feed].
func (f *Feed) Poll(ctx context.Context, log string, after revocation.Seq, wait time.Duration) (revocation.Page, error) {
	query := url.Values{"subscriber": {string(f.id)}}
	if log != "" {
		query.Set("log", log)
		query.Set("after", strconv.FormatUint(uint64(after), 10))
		query.Set("wait", wait.String())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.client.cfg.Endpoint+"?"+query.Encode(), http.NoBody)
	if err != nil {
		return revocation.Page{}, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	req.Header.Set("Authorization", f.client.authorization())
	body, err := fetch(f.client.http, req, maxPage)
	if status, ok := errors.AsType[*StatusError](err); ok && status.Status == http.StatusGone {
		return revocation.Page{}, revocation.ErrGone
	}
	if err != nil {
		return revocation.Page{}, err
	}
	page, err := parsePage(body)
	if err != nil {
		return revocation.Page{}, fmt.Errorf("%w: revocation feed: %w", session.ErrUnavailable, err)
	}
	return page, nil
}

// Close gives back idle connections.
func (f *Feed) Close() { f.client.Close() }

type wirePage struct {
	Log     *string          `json:"log"`
	After   *revocation.Seq  `json:"after"`
	Head    *revocation.Seq  `json:"head"`
	LeaseMS *int64           `json:"lease_ms"`
	Entries *json.RawMessage `json:"entries"`
	Last    *wireEntry       `json:"last"`
}

type wireEntry struct {
	Seq   revocation.Seq `json:"seq"`
	Kind  string         `json:"kind"`
	ID    string         `json:"id"`
	At    session.Date   `json:"at"`
	Until session.Date   `json:"until"`
}

// parsePage takes nothing for granted: what is believed for a lease must be there.
func parsePage(body []byte) (revocation.Page, error) {
	var w wirePage
	if err := json.Unmarshal(body, &w); err != nil {
		return revocation.Page{}, err
	}
	if w.Log == nil || *w.Log == "" || w.After == nil || w.Head == nil || w.LeaseMS == nil || w.Entries == nil {
		return revocation.Page{}, errors.New("log, after, head, lease_ms or entries is missing")
	}
	lease := time.Duration(*w.LeaseMS) * time.Millisecond
	if *w.LeaseMS < 0 || *w.LeaseMS > longestLease.Milliseconds() {
		return revocation.Page{}, fmt.Errorf("lease_ms is not between 0 and %d", longestLease.Milliseconds())
	}
	p := revocation.Page{Log: *w.Log, After: *w.After, Head: *w.Head, Lease: lease}
	var entries []wireEntry
	if err := json.Unmarshal(*w.Entries, &entries); err != nil {
		return revocation.Page{}, err
	}
	for _, e := range entries {
		entry, err := e.entry()
		if err != nil {
			return revocation.Page{}, err
		}
		p.Entries = append(p.Entries, entry)
	}
	if w.Last != nil {
		var err error
		if p.Last, err = w.Last.entry(); err != nil {
			return revocation.Page{}, err
		}
	}
	return p, nil
}

func (e *wireEntry) entry() (revocation.Entry, error) {
	target, ok := session.ParseTarget(e.Kind)
	if !ok || e.ID == "" && target != session.TargetAll {
		return revocation.Entry{}, fmt.Errorf("entry %d is of kind %.20q, which is not known here", e.Seq, e.Kind)
	}
	return revocation.Entry{Seq: e.Seq, Selector: session.Selector{Target: target, Key: e.ID}, At: e.At, Until: e.Until}, nil
}
