// Package caller knows who is asking: the registered clients and audiences, and how a client proves who it is.
//
// Guarantees:
//   - A client's secret is kept as its SHA-256 and compared in constant time; an unknown client costs the same comparison.
//   - Whether a client is in order is judged at each call against the revocation set, so disabling one takes hold when the disabling call
//     returns, not when the registry is next read.
//
// It refuses to know HTTP: what arrives in headers and forms is taken apart by package oauth.
package caller
