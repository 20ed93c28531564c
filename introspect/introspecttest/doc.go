// Package introspecttest holds the one truth table for every distance at which a token can be judged. [Run] reads it from testdata/*.txt,
// where each line is a sentence: who opens, takes back or asks, and what the answer is.
//
// Guarantees:
//   - Each case runs twice: as it stands, and with every token asked about once as soon as it was opened, so that the answer comes out of
//     a memory where there is one.
//   - An answer is compared member by member with what the case lists, an outage must be an error that wraps [session.ErrUnavailable], and
//     no error comes with an active answer.
//
// It refuses to know how the question travels: that is for the one who calls Run.
package introspecttest
