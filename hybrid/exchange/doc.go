// Package exchange asks the issuer for an internal token in return for a handle (RFC 8693): the client side, for gateways and for services
// that call other services.
//
// Guarantees:
//   - Whatever is not one well-formed answer is an error. A definite no is an [*oauth.Error]; every other error says that it could not
//     be found out, and wraps [session.ErrUnavailable] or [ErrRejected].
//   - A token is given again only for the same handle, audience and scope, and only while more than half of its life is left. How many
//     are remembered is bounded, and a handle is remembered by its digest. No and errors are not remembered.
//   - Of those who ask for the same at the same time, one does, and all get what he got.
//   - Handle, client secret and token go to the token endpoint and back, and nowhere else: no URL, log or error has them.
//
// It refuses plain http beyond the loopback interface unless told otherwise, follows no redirect, and links nothing of the server.
package exchange
