package archtest

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// ways are those in which a value finds its way into print; a secret must answer each of them itself.
var ways = []string{"String", "GoString", "LogValue", "MarshalText", "Format"}

// openSecrets is the rule that secrets are types that print redacted: those of the table say so by their methods, and no field
// with the name of a secret is a plain string or bytes.
func (h House) openSecrets(s *Source) []string {
	var breaches []string
	for _, p := range s.packages {
		breaches = append(breaches, h.unredacted(p)...)
		for _, f := range p.code() {
			breaches = append(breaches, h.bareSecrets(s, p, f)...)
		}
	}
	return breaches
}

func (h House) unredacted(p *pkg) []string {
	var breaches []string
	for _, secret := range h.redacted {
		dot := strings.LastIndex(secret, ".")
		if secret[:dot] != p.path {
			continue
		}
		have := p.methods(secret[dot+1:])
		for _, method := range ways {
			if !slices.Contains(have, method) {
				breaches = append(breaches, fmt.Sprintf("%s: is a secret without a method %s", secret, method))
			}
		}
	}
	return breaches
}

// methods answers with the names of the methods on values of typeName; those on pointers do not redact a value.
func (p *pkg) methods(typeName string) []string {
	var names []string
	for _, f := range p.code() {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv != nil && types.ExprString(fn.Recv.List[0].Type) == typeName {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}

var (
	secretName = regexp.MustCompile(`(?i)(secret|password|passphrase|private_?key)s?$`)
	bareTypes  = []string{"string", "*string", "[]byte", "[]string", "[][]byte"}
)

func (h House) bareSecrets(s *Source, p *pkg, f file) []string {
	var breaches []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		fields, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		for _, field := range fields.Fields.List {
			for _, name := range field.Names {
				full := p.path + "." + spec.Name.Name + "." + name.Name
				if secretName.MatchString(name.Name) && slices.Contains(bareTypes, types.ExprString(field.Type)) && !slices.Contains(h.bare, full) {
					breaches = append(breaches, fmt.Sprintf("%s: %s is a plain %s; give it a type that prints redacted", s.at(f, name.Pos()), full, types.ExprString(field.Type)))
				}
			}
		}
		return true
	})
	return breaches
}
