// Package ginguard is package guard for gin: the same guard, as a gin.HandlerFunc.
//
// Guarantees are those of [guard.Guard.Require]: handlers further down the chain run only for a token with the scopes that are wanted.
// It refuses to have rules of its own.
package ginguard

import (
	"github.com/gin-gonic/gin"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/session"
)

// Require aborts the chain unless the request's token has every scope that is named. It panics on what is not the name of a scope.
func Require(g *guard.Guard, scopes ...string) gin.HandlerFunc {
	for _, s := range scopes {
		if !session.ValidScopeName(s) {
			panic("ginguard: not the name of a scope: " + s)
		}
	}
	return func(c *gin.Context) {
		r, ok := g.Admit(c.Writer, c.Request, scopes...)
		if !ok {
			c.Abort()
			return
		}
		c.Request = r
	}
}

// FromContext is what the token of the request is worth. It says no outside of a guarded handler.
func FromContext(c *gin.Context) (introspect.Answer, bool) {
	return guard.FromContext(c.Request.Context())
}
