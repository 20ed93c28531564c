// Package partners tests the daemon, as users build and start it, with unmodified clients of other people: they find it by its issuer,
// introspect, refresh, revoke, log out, exchange, and verify what they got. What the daemon sends is judged by one strict reading of the
// RFCs, whoever asked.
//
// It has no code of its own and is imported by nobody; it is a module apart so that the clients' dependencies reach no user of
// introspectd.
package partners
