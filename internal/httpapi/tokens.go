package httpapi

import (
	"time"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/session"
)

// tokens adds the members of RFC 6749 §5.1. This is where handles go to their holder.
func (o *object) tokens(pair session.Pair, access *session.Token, at time.Time) *object {
	return o.text("access_token", pair.Access.Reveal()).
		text("token_type", oauth.TokenTypeBearer).
		number("expires_in", max(0, int64(access.ExpiresAt)-at.Unix())).
		text("refresh_token", pair.Refresh.Reveal()).
		always("scope", access.Scope.String()) // RFC 6749 §5.1: also when it is less than what was asked for, and nothing at all
}
