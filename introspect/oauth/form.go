package oauth

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxParameters is several times what the largest request of the RFCs has; it also bounds the search for duplicates.
const maxParameters = 64

// Form is a parsed form body. It holds tokens and secrets, so it prints as a count. The zero Form has no parameters.
//
// Values share the memory of the body: clone what outlives the request.
type Form struct {
	parameters *parameters // behind a pointer, so that a Form in an unexported field prints as an address
}

type parameters struct {
	list  []parameter
	first [4]parameter // where list lives while it is short
}

type parameter struct{ name, value string }

// ParseForm reads an application/x-www-form-urlencoded body. Empty parameters are absent (RFC 6749 §3.2). Parameters not named
// as repeatable may be there once. Refusals are an [*Error] with [InvalidRequest] and name no value.
func ParseForm(body string, repeatable ...string) (Form, error) {
	switch {
	case body == "":
		return Form{}, nil
	case strings.IndexByte(body, ';') >= 0:
		// Some readers split here and some do not. A semicolon in a value is sent as %3B.
		return Form{}, errFormSemicolon
	case !utf8.ValidString(body):
		return Form{}, errFormUTF8
	}
	p := new(parameters)
	p.list = p.first[:0]
	for sent := 0; body != ""; {
		var piece string
		piece, body, _ = strings.Cut(body, "&")
		if piece == "" {
			continue
		}
		if sent++; sent > maxParameters {
			return Form{}, errFormMany
		}
		one, err := parsePiece(piece)
		if err != nil {
			return Form{}, err
		}
		if one.value == "" || one.name == "" {
			continue
		}
		if p.has(one.name) && !slices.Contains(repeatable, one.name) {
			return Form{}, Errorf(InvalidRequest, "%s was sent more than once", nameOf(one.name))
		}
		p.list = append(p.list, one)
	}
	return Form{p}, nil
}

func parsePiece(piece string) (parameter, error) {
	name, value, _ := strings.Cut(piece, "=")
	if strings.IndexByte(piece, '%') < 0 && strings.IndexByte(piece, '+') < 0 { // tokens have no escapes; the body is UTF-8 already
		return parameter{name, value}, nil
	}
	name, err := url.QueryUnescape(name)
	if err != nil {
		return parameter{}, errFormEscape
	}
	value, err = url.QueryUnescape(value)
	if err != nil {
		return parameter{}, errFormEscape
	}
	if !utf8.ValidString(name) || !utf8.ValidString(value) {
		return parameter{}, errFormUTF8
	}
	return parameter{name, value}, nil
}

func (p *parameters) has(name string) bool {
	for i := range p.list {
		if p.list[i].name == name {
			return true
		}
	}
	return false
}

// nameOf is a parameter's name, fit to be told. A long one is left out: it may be a token that lost its name.
func nameOf(name string) string {
	if len(name) > 32 {
		return "a parameter with a long name"
	}
	return "parameter " + name
}

var (
	errFormSemicolon = Errorf(InvalidRequest, "parameters are separated by an ampersand; a semicolon in a value is written %%3B")
	errFormUTF8      = Errorf(InvalidRequest, "body is not UTF-8")
	errFormEscape    = Errorf(InvalidRequest, "body has an invalid percent escape")
	errFormMany      = Errorf(InvalidRequest, "more than %d parameters", maxParameters)
)

// Value is the parameter's value, the first one if it was repeated, or "" when it is absent.
func (f Form) Value(name string) string {
	if f.parameters != nil {
		for i := range f.parameters.list {
			if f.parameters.list[i].name == name {
				return f.parameters.list[i].value
			}
		}
	}
	return ""
}

// Values are all values of a repeatable parameter, in the order they were sent.
func (f Form) Values(name string) []string {
	if f.parameters == nil {
		return nil
	}
	var values []string
	for _, p := range f.parameters.list {
		if p.name == name {
			values = append(values, p.value)
		}
	}
	return values
}

// Has reports whether the parameter is there and not empty.
func (f Form) Has(name string) bool { return f.parameters != nil && f.parameters.has(name) }

// Len is the number of parameters that are there and not empty.
func (f Form) Len() int {
	if f.parameters == nil {
		return 0
	}
	return len(f.parameters.list)
}

// String is a count. Not even names are told: who forgets the name sends the token in its place.
func (f Form) String() string { return "form of " + strconv.Itoa(f.Len()) + " parameters, redacted" }

// GoString is String, for %#v.
func (f Form) GoString() string { return f.String() }

// Format is String for every verb.
func (f Form) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(f.String())) }

// LogValue is String, for slog.
func (f Form) LogValue() slog.Value { return slog.StringValue(f.String()) }

// MarshalText is String.
func (f Form) MarshalText() ([]byte, error) { return []byte(f.String()), nil }
