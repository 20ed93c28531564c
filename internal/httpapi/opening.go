package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// maxJSON bounds a JSON body. The largest opening that is not refused anyway has about 20 KiB.
const maxJSON = 64 << 10

// readJSON reads a JSON body whole, with the strictness of [oauth.ReadForm].
func readJSON(x *exchange) ([]byte, error) {
	if x.r.URL.RawQuery != "" {
		return nil, oauth.Errorf(oauth.InvalidRequest, "parameters in the URL are not read: send them in the body")
	}
	values := x.r.Header["Content-Type"]
	if len(values) != 1 {
		return nil, errNotJSON
	}
	mediaType, params, err := mime.ParseMediaType(values[0])
	if err != nil || mediaType != oauth.MediaJSON || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return nil, errNotJSON
	}
	if len(x.r.Header["Content-Encoding"]) > 0 {
		return nil, oauth.Errorf(oauth.InvalidRequest, "Content-Encoding is not supported: send the JSON as it is")
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxJSON))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, oauth.ErrTooLarge
	}
	if err != nil {
		return nil, oauth.Errorf(oauth.InvalidRequest, "request body broke off")
	}
	return body, nil
}

var (
	errNotJSON   = oauth.Errorf(oauth.InvalidRequest, "Content-Type must be %s", oauth.MediaJSON)
	errNotUTF8   = oauth.Errorf(oauth.InvalidRequest, "body is not UTF-8")
	errNotObject = oauth.Errorf(oauth.InvalidRequest, "body is not one JSON object")
)

// opening reads what a login says of a user. encoding/json alone would take members in any case, the last of two, null for empty and what
// follows the object for nothing; a login that is read otherwise than it was meant is somebody else's session.
func opening(body []byte) (session.OpenRequest, error) {
	var req session.OpenRequest
	if !utf8.Valid(body) {
		return req, errNotUTF8
	}
	err := members(body, func(name string, value json.RawMessage) error {
		read, ok := openingMembers[name]
		if !ok {
			return refuseLookalike(name)
		}
		if string(value) == "null" {
			return nil // how many languages write an absent member
		}
		if !read(&req, value) {
			return oauth.Errorf(oauth.InvalidRequest, "member %s must be %s", name, openingShapes[name])
		}
		return nil
	})
	if err != nil {
		return session.OpenRequest{}, err
	}
	if req.Scope != "" {
		if err := oauth.ValidScope(string(req.Scope)); err != nil {
			return session.OpenRequest{}, err
		}
		req.Scope = session.ParseList(string(req.Scope))
	}
	return req, nil
}

// openingMembers says how each member is read. False is a wrong type.
var openingMembers = map[string]func(*session.OpenRequest, json.RawMessage) bool{
	"subject":   func(q *session.OpenRequest, v json.RawMessage) bool { return readText(v, &q.Subject) },
	"client_id": func(q *session.OpenRequest, v json.RawMessage) bool { return readText(v, &q.Client) },
	"audience":  func(q *session.OpenRequest, v json.RawMessage) bool { return readNames(v, &q.Audience, true) },
	"scope":     func(q *session.OpenRequest, v json.RawMessage) bool { return readText(v, (*string)(&q.Scope)) },
	"acr":       func(q *session.OpenRequest, v json.RawMessage) bool { return readText(v, &q.ACR) },
	"amr":       func(q *session.OpenRequest, v json.RawMessage) bool { return readNames(v, &q.AMR, false) },
	"auth_time": func(q *session.OpenRequest, v json.RawMessage) bool { return readDate(v, &q.AuthTime) },
	"device":    func(q *session.OpenRequest, v json.RawMessage) bool { return readText(v, &q.Device) },
	"ip":        func(q *session.OpenRequest, v json.RawMessage) bool { return readText(v, &q.IP) },
}

var openingShapes = map[string]string{
	"subject": "a string", "client_id": "a string", "scope": "one string, its values separated by single spaces",
	"audience": "a name, or a list of names without spaces", "amr": "a list of names without spaces",
	"acr": "a string", "device": "a string", "ip": "a string", "auth_time": "a whole number of seconds since 1970",
}

// refuseLookalike lets unknown members pass, but not those that were meant: "Scope" left unread would open a session without any.
func refuseLookalike(name string) error {
	for known := range openingMembers {
		if strings.EqualFold(strings.ReplaceAll(name, "-", "_"), known) {
			return oauth.Errorf(oauth.InvalidRequest, "a member is spelled %s", known)
		}
	}
	return nil
}

func readText(v json.RawMessage, to *string) bool {
	// What JSON cannot say becomes U+FFFD when it is read, so that two names become one.
	return json.Unmarshal(v, to) == nil && !strings.ContainsRune(*to, utf8.RuneError)
}

func readNames(v json.RawMessage, to *session.List, orOne bool) bool {
	var names []string
	if orOne && v[0] == '"' {
		names = make([]string, 1)
		if !readText(v, &names[0]) {
			return false
		}
	} else if v[0] != '[' || json.Unmarshal(v, &names) != nil {
		return false
	}
	for _, n := range names {
		if !session.ValidScopeName(n) {
			return false
		}
	}
	*to = session.ListOf(names...)
	return true
}

// lastDate is the end of year 9999: past it dates have no agreed spelling.
const lastDate = 253402300799

func readDate(v json.RawMessage, to *session.Date) bool {
	n, err := strconv.ParseInt(string(v), 10, 64)
	*to = session.Date(n)
	return err == nil && n <= lastDate
}

// members calls what is given for each member of one JSON object, in order. A member sent twice and anything behind the object are refused.
func members(body []byte, each func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errNotObject
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return errNotObject
		}
		if seen[name] {
			return oauth.Errorf(oauth.InvalidRequest, "%s was sent more than once", memberName(name))
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return errNotObject
		}
		if err := each(name, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errNotObject
	}
	if _, err := d.Token(); err != io.EOF {
		return errNotObject
	}
	return nil
}

// memberName tells a name that we know. Any other may be a value that lost its name.
func memberName(name string) string {
	if _, ok := openingMembers[name]; ok {
		return "member " + name
	}
	return "a member"
}
