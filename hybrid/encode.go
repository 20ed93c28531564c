package hybrid

import (
	"encoding/json"
	"strconv"

	"github.com/introspectd/introspectd/session"
)

// appendJSON writes the claims set. It is written by hand because it is written at every exchange; what it writes is read back by the
// verifier in the tests, claim by claim.
func (c *Claims) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"iss":`...), c.Issuer)
	b = appendText(append(b, `,"sub":`...), c.Subject)
	b = appendText(append(b, `,"aud":`...), c.Audience)
	b = appendDate(append(b, `,"exp":`...), c.ExpiresAt)
	b = appendDate(append(b, `,"iat":`...), c.IssuedAt)
	b = appendDate(append(b, `,"nbf":`...), c.NotBefore)
	b = appendText(append(b, `,"jti":`...), c.ID.String())
	b = appendText(append(b, `,"client_id":`...), c.Client)
	b = appendText(append(b, `,"scope":`...), string(c.Scope))
	b = appendText(append(b, `,"sid":`...), c.Session.String())
	b = appendText(append(b, `,"tid":`...), c.Handle.String())
	b = appendText(append(b, `,"log":`...), c.Log)
	b = strconv.AppendUint(append(b, `,"asof":`...), uint64(c.Asof), 10)
	for i, id := range c.MadeFrom.IDs() {
		if i == 0 {
			b = append(b, `,"made_from":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(b, id.String())
	}
	if c.MadeFrom != (Line{}) {
		b = append(b, ']')
	}
	if c.Withheld != 0 {
		b = appendText(append(b, `,"withheld":`...), c.Withheld.String())
	}
	if c.AuthTime != 0 {
		b = appendDate(append(b, `,"auth_time":`...), c.AuthTime)
	}
	if c.ACR != "" {
		b = appendText(append(b, `,"acr":`...), c.ACR)
	}
	if c.AMR != "" { // an array (RFC 8176 §1)
		b = append(b, `,"amr":`...)
		open := byte('[')
		for method := range c.AMR.All() {
			b = appendText(append(b, open), method)
			open = ','
		}
		b = append(b, ']')
	}
	return append(appendActors(b, c.Actors), '}')
}

// appendActors nests the chain: the present actor outside, the one before it inside (RFC 8693 §4.1).
func appendActors(b []byte, actors session.List) []byte {
	for actor := range actors.All() {
		b = appendText(append(b, `,"act":{"sub":`...), actor)
	}
	for range actors.Len() {
		b = append(b, '}')
	}
	return b
}

func appendDate(b []byte, d session.Date) []byte { return strconv.AppendInt(b, int64(d), 10) }

func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // a string always can be
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
