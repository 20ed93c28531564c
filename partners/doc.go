// Package partners tests the daemon with unmodified clients of other people. It has no code of its own and is imported by
// nobody; it is a module apart so that the clients' dependencies reach no user of introspectd.
package partners
