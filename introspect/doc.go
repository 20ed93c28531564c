// Package introspect holds the question and the answer: [Introspector], [Answer], the [Service] that answers beside the store and the
// policy of what each caller may see (RFC 7662), without any HTTP.
//
// Guarantees:
//   - The zero Answer is inactive, and an error never comes with an active answer. An outage is an error.
//   - A token is judged for the one who asks: audience filter, scopes narrowed to the asking API, expiry, and the revocation set, at
//     every question, also when the session was remembered.
//
// It refuses to remember anything itself; package cache does that, fenced by the revocation set.
package introspect
