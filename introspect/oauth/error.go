package oauth

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Code is an OAuth error code as it goes over the wire.
type Code string

// The codes, by the clause that defines them.
const (
	// RFC 6749 §5.2
	InvalidRequest       Code = "invalid_request"
	InvalidClient        Code = "invalid_client"
	InvalidGrant         Code = "invalid_grant"
	InvalidScope         Code = "invalid_scope"
	UnauthorizedClient   Code = "unauthorized_client"
	UnsupportedGrantType Code = "unsupported_grant_type"

	// RFC 6750 §3.1
	InvalidToken      Code = "invalid_token"
	InsufficientScope Code = "insufficient_scope"

	// RFC 7009 §2.2.1
	UnsupportedTokenType Code = "unsupported_token_type"

	// RFC 8693 §2.2.2 and RFC 8707 §2
	InvalidTarget Code = "invalid_target"

	// RFC 6749 §4.1.2.1 defines these two for redirects only; they are the registered words for what they say, so the back
	// channel uses them too.
	ServerError            Code = "server_error"
	TemporarilyUnavailable Code = "temporarily_unavailable"

	// RFC 8628 §3.5: the registered word for "you ask too often".
	SlowDown Code = "slow_down"
)

// Error is a refusal in the words of the RFCs. As JSON it is the body of RFC 6749 §5.2.
//
// Make one with [Errorf]. A literal is fine for a constant text; it is cleaned when it is printed or marshalled.
type Error struct {
	Code        Code   `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// Errorf makes an Error whose description is clean already. Do not format parameter values, tokens or headers into it.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Description: Clean(fmt.Sprintf(format, args...))}
}

func (e *Error) Error() string {
	if e.Description == "" {
		return Clean(string(e.Code))
	}
	return Clean(string(e.Code)) + ": " + Clean(e.Description)
}

// MarshalJSON is the body of RFC 6749 §5.2, cleaned.
func (e *Error) MarshalJSON() ([]byte, error) {
	type body Error // without methods, or Marshal would come back here
	return json.Marshal(body{Code: Code(Clean(string(e.Code))), Description: Clean(e.Description)})
}

// maxDescription is past any sentence of ours and well inside one header line: descriptions are also sent in challenges.
const maxDescription = 256

// Clean brings a text into the characters that RFC 6749 §5.2 and RFC 6750 §3 allow for error_description (%x20-21 / %x23-5B /
// %x5D-7E) and cuts it at 256 bytes. A double quote becomes a single one, anything else outside becomes a question mark.
func Clean(text string) string {
	text = strings.Map(cleanRune, text) // gives text itself back when there is nothing to change
	if len(text) > maxDescription {
		text = text[:maxDescription-len("...")] + "..."
	}
	return text
}

func cleanRune(r rune) rune {
	switch {
	case r == '"':
		return '\''
	case dirty(r):
		return '?'
	default:
		return r
	}
}

func dirty(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }
