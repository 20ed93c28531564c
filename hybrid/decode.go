package hybrid

import (
	"unicode/utf8"

	"github.com/introspectd/introspectd/hybrid/jwks"
	"github.com/introspectd/introspectd/session"
)

// decode reads claims out of a JSON object. Every one that something is decided by must be there, with the right type and in range.
type decode struct {
	from jwks.Object
	bad  bool
}

func readClaims(payload []byte) (Claims, bool) {
	object, err := jwks.ParseObject(payload)
	if err != nil {
		return Claims{}, false
	}
	d := decode{from: object}
	c := Claims{
		Issuer: d.text("iss", true), Subject: d.text("sub", true), Audience: d.audience(), Client: d.text("client_id", true),
		Scope: d.scope(), ID: d.id("jti"), Session: d.id("sid"), Handle: d.id("tid"), Log: d.text("log", true),
		Asof: session.Seq(d.number("asof", 0, 1<<62)), MadeFrom: d.line(), Withheld: d.withheld(), IssuedAt: d.date("iat"), NotBefore: d.date("nbf"), ExpiresAt: d.date("exp"),
		ACR: d.text("acr", false), AMR: d.methods(), Actors: d.actors(),
	}
	if object.Has("auth_time") {
		c.AuthTime = d.date("auth_time")
	}
	d.bad = d.bad || !c.MadeFrom.valid(c.ID)
	return c, !d.bad
}

// text is a claim that is printable, and not empty when it must be there.
func (d *decode) text(name string, required bool) string {
	value := d.from.Value(name)
	if !value.Exists() && !required {
		return ""
	}
	text, ok := value.Text()
	d.bad = d.bad || !ok || text == "" || !printable(text)
	return text
}

func (d *decode) number(name string, least, most int64) int64 {
	n, ok := d.from.Value(name).Int()
	d.bad = d.bad || !ok || n < least || n > most
	return n
}

func (d *decode) date(name string) session.Date { return session.Date(d.number(name, 1, lastDate)) }

func (d *decode) id(name string) session.ID {
	text, _ := d.from.Value(name).Text()
	id, ok := session.ParseID(text)
	d.bad = d.bad || !ok || id.IsZero()
	return id
}

// line may be missing, but not be empty.
func (d *decode) line() (l Line) {
	value := d.from.Value("made_from")
	if !value.Exists() {
		return l
	}
	texts, ok := value.Texts()
	if d.bad = d.bad || !ok || len(texts) == 0 || len(texts) > len(l); d.bad {
		return Line{}
	}
	for i, text := range texts {
		l[i], ok = session.ParseID(text)
		d.bad = d.bad || !ok || l[i].IsZero()
	}
	return l
}

func (d *decode) withheld() Withheld {
	value := d.from.Value("withheld")
	if !value.Exists() {
		return 0
	}
	text, ok := value.Text()
	w, valid := parseWithheld(text)
	d.bad = d.bad || !ok || !valid
	return w
}

// audience is one string, alone or as the only one in an array (RFC 7519 §4.1.3).
func (d *decode) audience() string {
	value := d.from.Value("aud")
	text, ok := value.Text()
	if list, isList := value.Texts(); isList && len(list) == 1 {
		text, ok = list[0], true
	}
	d.bad = d.bad || !ok || !session.ValidScopeName(text)
	return text
}

// scope is a string in the one spelling that we write: names of the grammar, single spaces, none twice. It may be empty and may not be
// missing: a missing one has been read as "no limit" before.
func (d *decode) scope() session.List {
	text, ok := d.from.Value("scope").Text()
	list, valid := names(text)
	d.bad = d.bad || !ok || !valid
	return list
}

// names reads a list of names in its only spelling.
func names(text string) (session.List, bool) {
	list := session.ParseList(text)
	for name := range list.All() {
		if !session.ValidScopeName(name) {
			return "", false
		}
	}
	return list, string(list) == text
}

func (d *decode) methods() session.List {
	value := d.from.Value("amr")
	if !value.Exists() {
		return ""
	}
	texts, ok := value.Texts()
	list := session.ListOf(texts...)
	d.bad = d.bad || !ok || list.Len() != len(texts) || !printable(string(list))
	return list
}

// actors reads the chain. What else an actor says of itself is no ground for a decision (RFC 8693 §4.1) and passed over.
func (d *decode) actors() session.List {
	var chain []string
	value := d.from.Value("act")
	for value.Exists() {
		actor, ok := value.Object()
		name, isText := actor.Value("sub").Text()
		if !ok || !isText || !session.ValidScopeName(name) || len(chain) == MaxActors {
			d.bad = true
			return ""
		}
		chain = append(chain, name)
		value = actor.Value("act")
	}
	list := session.ListOf(chain...)
	d.bad = d.bad || list.Len() != len(chain) // a cycle
	return list
}

// printable holds a text to what may be kept of a session: UTF-8 without control characters, which forge log lines, and without what a
// broken reader made of other bytes.
func printable(text string) bool {
	for _, r := range text {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
