// Package revocation holds the log of takings-back and what a process knows of it: entries, the set that is the only verdict on
// whether something remembered still holds, and the lease that says until when the set may be believed.
//
// Guarantees, for a process that follows the log with a [Node]:
//   - Seq order is commit order. A set that has applied seq n has applied every entry up to n.
//   - Nothing is compared by wall clock. Whatever was known good as of a seq is covered by a matching entry with a larger one.
//   - While [Node.Believable] holds, the set has every entry that was committed before its last renewal began. It ends by itself, on
//     a clock that also counts the time a machine sleeps, and is read at every check: a process that was stopped and resumed does not
//     believe what it remembers.
//   - A question that finds the lease over waits for a renewal that began after it arrived, or gets an error. Never an answer.
//
// It refuses to decide what a token is worth, to remember tokens, and to know where the log is kept.
package revocation
