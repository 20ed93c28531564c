// Package session holds what a token stands for: handles and their digests, sessions, tokens, audiences, and the rules of
// opening, being active, refreshing and ending.
//
// Guarantees:
//   - A [Handle] never prints itself. The text leaves through [Handle.Reveal] only; everything stored, cached, logged or
//     counted is a [Digest].
//   - Prefix, alphabet and checksum of a handle are judged without any look-up, so junk costs neither cache nor database.
//   - Decisions are pure: they take the time as a parameter and touch no clock, socket or file.
//   - "No" is an answer. An error from this package means that we could not find out, or that the request itself was wrong
//     ([Refusal]).
//
// It refuses to know HTTP, SQL and caches. Whoever keeps sessions implements [Store] and passes package sessiontest.
package session
