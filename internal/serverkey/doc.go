// Package serverkey keeps the keys that only this installation's servers know, and derives from them what each purpose needs.
//
// Guarantees:
//   - A key file that others may read, that is broken, or that is a link to somewhere unexpected is refused by name. It is never overwritten.
//   - A new file is complete or absent, has mode 0600 from its first byte, and is on disk when it is first used.
//   - Purposes do not share keys: each gets its own by HKDF (RFC 5869).
//
// It refuses to make a key anywhere but beside a database that belongs to one machine: nodes that share a database must share keys.
package serverkey
