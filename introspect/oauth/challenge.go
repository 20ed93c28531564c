package oauth

import "strings"

// Challenge is one WWW-Authenticate value. Empty members are left out, so no attribute can be there twice (RFC 6750 §3).
type Challenge struct {
	Scheme           string // empty means Bearer; a constant, never input
	Realm            string
	Error            Code // stays empty when no credential was sent (RFC 6750 §3.1)
	Description      string
	Scope            string
	ResourceMetadata string // RFC 9728 §5.1
}

// String writes the header's value. Realm is always there: RFC 7617 §2 requires it of Basic, and RFC 6750 §3 wants at least one
// attribute.
func (c Challenge) String() string {
	var b strings.Builder
	if c.Scheme == "" {
		c.Scheme = SchemeBearer
	}
	b.WriteString(c.Scheme)
	b.WriteString(` realm="`)
	writeQuoted(&b, c.Realm)
	b.WriteByte('"')
	writeAttribute(&b, "error", Clean(string(c.Error)))
	writeAttribute(&b, "error_description", Clean(c.Description))
	writeAttribute(&b, "scope", strings.Map(cleanRune, c.Scope)) // not cut: half a scope is another scope
	writeAttribute(&b, "resource_metadata", c.ResourceMetadata)
	return b.String()
}

func writeAttribute(b *strings.Builder, name, value string) {
	if value == "" {
		return
	}
	b.WriteString(", ")
	b.WriteString(name)
	b.WriteString(`="`)
	writeQuoted(b, value)
	b.WriteByte('"')
}

// writeQuoted writes the inside of a quoted-string (RFC 9110 §5.6.4). Quote and backslash are escaped, what is not printable
// ASCII becomes a question mark: a line break would end the header.
func writeQuoted(b *strings.Builder, value string) {
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case dirty(r):
			b.WriteByte('?')
		default:
			b.WriteByte(byte(r))
		}
	}
}
