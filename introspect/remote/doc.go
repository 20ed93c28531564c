// Package remote asks over HTTP what a token is worth (RFC 7662): the [introspect.Introspector] of a service that is not beside the store.
//
// Guarantees:
//   - Whatever is not one well-formed answer is an error, and never an active one: a wrong status, a redirect, another media type, a body
//     that is too long, cut short or ambiguous. Errors wrap [session.ErrUnavailable], except [ErrRejected].
//   - When an issuer or an audience is configured, an active answer without it is not believed.
//   - The token goes into the body of one request to the configured endpoint and nowhere else: no URL, log or error has it. Endpoint and
//     client secret are not sent elsewhere by a redirect.
//   - Nothing is remembered: each question is one request, over connections that are kept.
//
// It refuses plain http beyond the loopback interface unless told otherwise, and links nothing of the server.
package remote
