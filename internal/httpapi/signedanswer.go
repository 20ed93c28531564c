package httpapi

import (
	"net/http"
	"strconv"

	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
)

// typeIntrospection is the typ of a signed answer (RFC 9701 §5), without which it could pass for a token.
const typeIntrospection = "token-introspection+jwt"

// signedAnswer writes an answer as a JWT for the caller (RFC 9701 §5). The members of RFC 7662 are nested, and sub and exp are not told
// outside (§8.1).
func (x *exchange) signedAnswer(c *caller.Client, a introspect.Answer) error {
	buf := appendText(append(x.buf[:0], `{"iss":`...), x.server.cfg.Issuer)
	buf = appendText(append(buf, `,"aud":`...), c.ID)
	buf = strconv.AppendInt(append(buf, `,"iat":`...), x.at.Unix(), 10)
	x.buf = append(introspect.AppendJSON(append(buf, `,"token_introspection":`...), a), '}')
	signed, err := x.server.cfg.Hybrid.Keys.Sign(nil, typeIntrospection, x.buf, x.at)
	if err != nil {
		return err
	}
	x.w.Header()["Content-Type"] = []string{"application/" + typeIntrospection}
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(signed)
	return nil
}
