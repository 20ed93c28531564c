package session

import "fmt"

// Reason is why a request about a session is refused, in the RFCs' spelling (RFC 6749 §5.2, RFC 8707 §2).
type Reason string

// The reasons.
const (
	InvalidRequest     Reason = "invalid_request"
	InvalidGrant       Reason = "invalid_grant"
	InvalidScope       Reason = "invalid_scope"
	InvalidTarget      Reason = "invalid_target"
	UnauthorizedClient Reason = "unauthorized_client"
)

// Refusal is a definite no to a request, with words for the one who asked. The words describe the request, never a token's state.
type Refusal struct {
	Reason Reason
	Detail string
}

func (r *Refusal) Error() string { return string(r.Reason) + ": " + r.Detail }

func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{reason, fmt.Sprintf(format, args...)}
}
