// Package gateways tests forward authentication with gateways as they are installed: nginx with auth_request and Caddy with forward_auth, in
// front of a service that takes internal JWTs and nothing else. The configurations in testdata are those that docs/gateways.md shows.
//
// A handle goes in and the service sees a JWT; identity that a caller has made up gets nowhere; where a scope is wanted, who has not got it is refused;
// after a logout the next request is; and while nobody can be asked, nobody gets through.
//
// It has no code of its own, listens on loopback addresses only and ends what it has started.
package gateways
