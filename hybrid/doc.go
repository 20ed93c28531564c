// Package hybrid turns an answer into an internal JWT for one audience, and such a JWT back into an answer: [Minter] on the issuer's side,
// [Verifier] on the side of a service that cannot afford a question per call. Beside the store, [Exchanger] decides who may have such a token
// for what, and [Reader] says what one is worth, as strictly as of the handle that it was made of.
//
// Guarantees:
//   - A JWT never says more than the answer it was made from: one of its audiences, a part of its scope, no later end. It carries the
//     revocation log's id and the seq as of which the answer was good, so whatever takes the session back covers it too.
//   - What an exchange remembers is given away again only after all that was asked when it was made was asked again; it costs no signature.
//   - A JWT is an RFC 9068 access token (typ at+jwt) and is taken for nothing else; no other kind of JWT is taken for one.
//   - The verifier looks at the size first, then at the form, then at the signature, and at what the token says only after that. Texts,
//     names and numbers are read exactly, and every claim it relies on must be there.
//   - "No" is a [Verdict]. An error means that the issuer's keys could not be had.
//
// It refuses to run without issuer, audience and algorithms, to take keys from the token, and to know whether something was taken back:
// [Claims.TakenBack] asks that of the set of whoever has one. It links no code that signs.
package hybrid
