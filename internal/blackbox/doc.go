// Package blackbox holds the whole program to its promise from the outside: real processes, real sockets, faults on purpose, and a judge
// who knows nothing of how it works.
//
// The promise is per token: no question that is CALLED after a successful taking-back of it has RETURNED is answered "active", by whomever. A
// [Recorder] stamps calls and returns of everybody who is asked (a [Party]) and of everybody who takes back (a [Taker]) with one clock, in one
// process: a call before its first byte is written, a return after its last byte was read. [Judge] reads such a history in one pass, and
// [CrossCheck] asks porcupine the same about single tokens.
//
// An [Installation] is several daemons on one database, each behind a [Link] that can be held up, cut or slowed, with the command line beside
// them. Schedules do to it what happens in the field, most of them one thing directed at one known way of being wrong; the rest is random, from
// a seed. A history that breaks the promise is written down whole.
//
// It refuses to judge by a second clock, to treat an error as an answer, and to touch processes that it did not start. It is linked into no program.
package blackbox
