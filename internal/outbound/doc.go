// Package outbound is what everything in this module that asks somebody over HTTP goes by: which URLs a credential may be sent to, and a
// client that sends it nowhere else.
//
// Guarantees:
//   - Plain HTTP leaves the machine only for who has asked for it in so many words.
//   - No redirect is followed: the endpoint is the one that was configured.
//   - An error repeats no more of a URL than its host: the rest may hold a password.
//
// It refuses to ask anything itself.
package outbound
