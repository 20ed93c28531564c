// Package httpapi serves sessions, questions and takings-back over HTTP. It is the only server code that knows HTTP, and gin.
//
// Guarantees:
//   - Handlers return errors and one function writes them (render.go): an error's status, challenge and Retry-After are decided nowhere
//     else. What it does not recognise is a 500 that says nothing, with the detail in the log.
//   - "Could not find out" is 503 with Retry-After and never carries a member active. A 200 is never an error.
//   - Tokens and secrets are read from the body and the Authorization header only, and are never in a URL, a log line, a label or an
//     error. Nothing that was presented is echoed.
//   - What takes back answers when it is settled and says which entry did it (Revocation-Seq). It completes also when the client hangs up.
//   - Every body, header value, key and wait has a bound. Labels given to [Observer] come from fixed sets.
//
// It refuses to decide: what a token is worth, who may ask and what a session is are told by the packages below. It redirects nobody, sends
// no CORS headers and believes no forwarding headers.
package httpapi
