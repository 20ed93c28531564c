// Package floor is the least that a server built like ours can do for an introspection request: it checks HTTP Basic credentials, parses the
// form and writes a constant answer of 250 bytes, with the same framework and the same server settings. What introspection costs beyond
// it is ours. On another path it makes a signature besides, which nobody makes an internal token without.
//
// It judges no token, remembers nothing and refuses nothing but wrong credentials. It is a measuring rod, not a server to run.
package floor

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/introspectd/introspectd/session"
)

// Answer is what every request is told: an introspection response of ordinary size.
const Answer = `{"active":true,"scope":"orders:read orders:write","client_id":"web","username":"user-000001","token_type":"Bearer",` +
	`"exp":1795362033,"iat":1795358433,"sub":"user-000001","aud":"orders","iss":"http://127.0.0.1:8080","jti":"8h3xqWbA2c7LtZ0pKvN4yTe5dRu"}`

// Handler answers POST /introspect for one client, and POST /sign, which is the same with an Ed25519 signature over [TextLength] bytes.
func Handler(client string, password session.Handle) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	id, pass := sha256.Sum256([]byte(client)), sha256.Sum256([]byte(password.Reveal()))
	body := []byte(Answer)
	checked := func(c *gin.Context) bool {
		user, word, _ := c.Request.BasicAuth()
		u, w := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(word))
		if subtle.ConstantTimeCompare(u[:], id[:])&subtle.ConstantTimeCompare(w[:], pass[:]) != 1 {
			c.Status(http.StatusUnauthorized)
			return false
		}
		if c.PostForm("token") == "" {
			c.Status(http.StatusBadRequest)
			return false
		}
		return true
	}
	e.POST("/introspect", func(c *gin.Context) {
		if checked(c) {
			c.Data(http.StatusOK, "application/json", body)
		}
	})
	e.POST("/sign", func(c *gin.Context) {
		if checked(c) && len(ed25519.Sign(key, make([]byte, TextLength))) == ed25519.SignatureSize {
			c.Data(http.StatusOK, "application/json", body)
		}
	})
	return e
}
