// Package service is a service of the kind that introspectd is for: a bare net/http handler that answers with a few bytes, behind a guard in
// one of the modes, behind nothing, or behind a check of an HMAC. Several in a row call each other. What its calls cost beyond those of the one
// behind nothing is the mode's.
//
// It counts what it accepted and refused, what it asked of the daemon, and the bytes on its sockets, and tells whoever asks for [CountersPath]. Its
// handlers do nothing: it is a measuring rod, not a service to run.
package service
