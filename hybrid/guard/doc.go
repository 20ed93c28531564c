// Package guard is what a service puts in front of its handlers: it takes the bearer token of a request (RFC 6750), finds out what it is
// worth, and lets the request through with the answer in its context, or answers with the right challenge.
//
// How it finds out is the [Mode], a word in the service's configuration; handlers see the same [introspect.Answer] in all of them.
//
// Guarantees:
//   - A handler behind [Guard.Require] runs only for a token that is good for the configured audience, of the configured issuer, and has
//     every scope that the route wants.
//   - Tokens are taken from the Authorization header only. One sent twice, or in the URL, is refused.
//   - "Could not find out" is 503, never 401 and never a way in.
//   - A remembered verdict counts for the very text it was made of, is held against the time at each use, and falls with the key that
//     signed it. What is remembered is bounded, and holds no token.
//
// It refuses to start without an issuer and an audience, has no switch that turns a check off, and links nothing of the server.
package guard
