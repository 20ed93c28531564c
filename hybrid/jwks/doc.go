// Package jwks is the public half of signatures: keys, sets of keys, the place they are fetched from, and how a signed text (JWS,
// RFC 7515) is taken apart and checked.
//
// Guarantees:
//   - A [Key] that passed [Key.Check] is of a size, on a curve and of an order with which its one algorithm is worth something.
//     Each key has exactly one algorithm (RFC 8725 §3.1).
//   - JSON is read exactly: names by byte, none twice, valid UTF-8, nothing behind the end.
//   - A text that is too long, not in compact form, or not in canonical base64url is refused before anything in it is looked at.
//   - A [Source] asks for its set at most once per floor, however many unknown key ids are thrown at it, and lives on the set it has
//     while the place is down, up to a maximum age.
//
// It refuses symmetric algorithms altogether, keys that arrive inside the thing they are to verify, and to know what a token means.
// It holds no private key and links no code that could sign.
package jwks
