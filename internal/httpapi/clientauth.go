package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// One wording for an unknown client, a disabled one and a wrong secret: nobody learns which ids exist.
var (
	errWrongClient  = oauth.Errorf(oauth.InvalidClient, "client authentication failed")
	errTwoClients   = oauth.Errorf(oauth.InvalidRequest, "more than one client authentication method: use one, or the same credentials in both")
	errTwoWithJWT   = oauth.Errorf(oauth.InvalidClient, "more than one client authentication method: a client assertion stands alone")
	errAssertion    = oauth.Errorf(oauth.InvalidClient, "client assertions are not offered: use client_secret_basic or client_secret_post")
	errSecretOnly   = oauth.Errorf(oauth.InvalidClient, "client_secret without client_id")
	errOtherScheme  = oauth.Errorf(oauth.InvalidClient, "clients authenticate with HTTP Basic, or client_id and client_secret in the form")
	errOtherAndForm = oauth.Errorf(oauth.InvalidRequest, "an Authorization header that is not Basic beside client_secret: use one")
)

// presented is what a request carries to say who sends it.
type presented struct {
	basic      oauth.Basic
	header     bool // there is an Authorization header
	isBasic    bool // and it is Basic
	form       oauth.Credentials
	inForm     bool // there is a client_secret
	assertion  bool
	statedOnly string // client_id without a secret
}

// Format says how it was presented and by whom: package fmt would not ask the secrets in it how they print.
func (p presented) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "credentials (header %v, form %v, assertion %v)", p.header, p.inForm, p.assertion)
}

func (x *exchange) presented(form oauth.Form) (presented, error) {
	var p presented
	var err error
	p.header = len(x.r.Header["Authorization"]) > 0
	if p.basic, p.isBasic, err = oauth.BasicCredentials(x.r.Header); err != nil {
		return p, err
	}
	p.inForm = form.Has(oauth.ParamClientSecret)
	p.assertion = form.Has(oauth.ParamClientAssertion) || form.Has(oauth.ParamClientAssertionType)
	if p.inForm {
		p.form = oauth.Credentials{ID: form.Value(oauth.ParamClientID), Secret: oauth.NewSecret(form.Value(oauth.ParamClientSecret))}
	} else {
		p.statedOnly = form.Value(oauth.ParamClientID)
	}
	return p, nil
}

// authenticate finds out which client calls, by client_secret_basic or client_secret_post (RFC 6749 §2.3.1).
func (x *exchange) authenticate(form oauth.Form) (*caller.Client, error) {
	p, err := x.presented(form)
	switch {
	case err != nil:
		return nil, err
	case p.assertion && (p.header || p.inForm):
		return nil, errTwoWithJWT // RFC 7521 §4.2.1
	case p.assertion:
		return nil, errAssertion
	case p.inForm && p.form.ID == "":
		return nil, errSecretOnly
	case p.isBasic && p.inForm:
		return x.authenticateTwice(p)
	case p.isBasic:
		return x.authenticateBasic(p)
	case p.header && p.inForm:
		return nil, errOtherAndForm
	case p.inForm:
		return x.verify(p.form)
	case p.header:
		return nil, x.otherScheme()
	default:
		return nil, x.nobody()
	}
}

func (x *exchange) authenticateBasic(p presented) (*caller.Client, error) {
	c, err := x.verifyBasic(p.basic)
	if err == nil && p.statedOnly != "" && p.statedOnly != c.ID {
		return nil, errTwoClients
	}
	return c, err
}

// authenticateTwice takes a Basic header and a form that agree: clients exist that send both.
func (x *exchange) authenticateTwice(p presented) (*caller.Client, error) {
	first, err := x.verifyBasic(p.basic)
	if err == nil && first.ID == p.form.ID {
		_, err = x.verify(p.form)
	}
	switch {
	case errors.Is(err, errThrottled):
		return nil, err
	case err != nil || first.ID != p.form.ID:
		return nil, errTwoClients
	}
	return first, nil
}

func (x *exchange) verifyBasic(b oauth.Basic) (*caller.Client, error) {
	if b.Raw == b.Decoded {
		return x.verify(b.Raw)
	}
	var readings [2]oauth.Credentials
	n := 0
	for r := range b.Readings() {
		readings[n] = r
		n++
	}
	return x.verify(readings[:n]...)
}

// verify asks the registry. Only what fails is counted, so a right secret always works, however many wrong ones a stranger sends.
func (x *exchange) verify(readings ...oauth.Credentials) (*caller.Client, error) {
	if c, ok := x.server.cfg.Callers.Authenticate(readings...); ok {
		return c, nil
	}
	id := readings[0].ID
	x.server.notes.refused(x, id, "unknown client or wrong secret")
	if !x.server.cfg.Failures.Spend(failureKey(id, x.r), x.at) {
		return nil, errThrottled
	}
	return nil, errWrongClient
}

// nobody is the answer to a request without credentials.
func (x *exchange) nobody() error {
	switch {
	case x.route.asks && wantsJWT(x.r.Header):
		return errNoClientJWT
	case x.route.asks:
		return errNoClientAsking
	default:
		return errNoClient
	}
}

// otherScheme is the answer to an Authorization header that is not Basic. At the introspection endpoint a caller may come with a token of
// its own (RFC 7662 §2.1); no token of ours identifies a resource server, so a good one is not enough and a bad one is bad.
func (x *exchange) otherScheme() error {
	if !x.route.asks {
		return errOtherScheme
	}
	token, found, err := oauth.BearerToken(x.r.Header)
	if err != nil {
		return err
	}
	if !found {
		return errOtherScheme
	}
	held, err := x.hold(token)
	if err != nil {
		return err
	}
	if !held.Active {
		return errBadBearer
	}
	return errBearerAsking
}

// allowed authenticates and asks for a role.
func (x *exchange) allowed(form oauth.Form, role caller.Roles) (*caller.Client, error) {
	c, err := x.authenticate(form)
	if err == nil && !c.Roles.May(role) {
		return nil, errNoRole
	}
	return c, err
}

// failureKey is for whom a failed authentication counts. Ids that cannot be registered share one: they must not fill the memory.
func failureKey(id string, r *http.Request) string {
	if !caller.ValidID(id) {
		id = "?"
	}
	return id + " " + neighbourhood(r)
}

// neighbourhood is the address of the other end, without the port. Of an IPv6 address it is the half that names the network: the other
// half is the sender's to choose.
func neighbourhood(r *http.Request) string {
	end, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "?"
	}
	a := end.Addr().Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
