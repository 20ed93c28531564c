package caller

import (
	"errors"
	"fmt"
	"strings"

	"github.com/introspectd/introspectd/session"
)

// Client is a registered OAuth client.
type Client struct {
	ID         string
	Roles      Roles
	Audiences  session.List   // the APIs that it is, for the api role
	Method     string         // how it authenticates: client_secret_basic (and client_secret_post), private_key_jwt
	Secret     session.Digest // of its secret; zero: it has none
	Scopes     session.List   // what it may ask for on its own behalf
	GrantTypes session.List
	JWKS       string // its public keys, as registered
	Disabled   bool
	CreatedAt  session.Date
}

// The methods of client authentication (RFC 8414 §2 spelling).
const (
	SecretBasic   = "client_secret_basic"
	SecretPost    = "client_secret_post"
	PrivateKeyJWT = "private_key_jwt"
)

// Roles is what a client may do here.
type Roles uint8

// The roles.
const (
	Login   Roles = 1 << iota // opens, lists and ends sessions
	API                       // introspects tokens for its audiences, follows the feed
	Gateway                   // exchanges handles for audiences that list it as a caller, uses forward-auth
	Admin                     // all of it
	Service                   // gets tokens of its own, exchanges those it holds
)

var roleNames = []struct {
	role Roles
	name string
}{{Login, "login"}, {API, "api"}, {Gateway, "gateway"}, {Admin, "admin"}, {Service, "service"}}

// May reports whether the roles include the wanted one. An admin may do everything.
func (r Roles) May(want Roles) bool { return r&(want|Admin) != 0 }

// String lists the roles, separated by spaces.
func (r Roles) String() string {
	var names []string
	for _, n := range roleNames {
		if r&n.role != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, " ")
}

// ParseRoles reads names such as "login".
func ParseRoles(names ...string) (Roles, error) {
	var out Roles
next:
	for _, name := range names {
		for _, n := range roleNames {
			if n.name == name {
				out |= n.role
				continue next
			}
		}
		return 0, fmt.Errorf("role %q is not one of login, api, gateway, admin, service", name)
	}
	if out == 0 {
		return 0, errors.New("a client needs a role: login, api, gateway, admin or service")
	}
	return out, nil
}

// ValidID reports whether a client id or an audience's shorter name keeps to letters, digits, '-' and '_': such ids look the same in every
// spelling of HTTP Basic.
func ValidID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return id != "" && len(id) <= 128
}
