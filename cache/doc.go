// Package cache remembers what the store knows of tokens, so that most questions cost no look-up.
//
// Guarantees:
//   - Only facts that never change are remembered. Whether a token still holds is looked up at each question, after it arrived: in the
//     revocation set, under a live lease, and on the caller's clock. A hit is a hint.
//   - Nothing depends on what the memory underneath does: it may drop a write, show it late, keep the older of two, or mix up two keys.
//   - A question is never answered from a look-up that began before it arrived. At most one look-up per digest is under way, and one more
//     waits for it to end.
//   - Questions that nobody remembers the answer to are asked of the store together, up to [session.MaxLookups] of those that have arrived: in one
//     snapshot, with what is known noted before it. What is wrong with one row is wrong for those alone who asked for it; when the store gives
//     no answers, that is an error for all of them and no for none. Somebody alone waits for nobody.
//   - Who is about to change something is told what the store says, in the same company, and nothing that is remembered.
//   - What is not known is not remembered: a token is good from the moment it is issued.
//   - An error means that we could not find out, and wraps [session.ErrUnavailable], or is the one that the caller's admit returned.
//
// It refuses to know who asks and what they may see.
package cache
