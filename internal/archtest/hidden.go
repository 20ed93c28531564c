package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// hiddenSecrets is the rule that a secret is not printed along with what holds it. Package fmt asks no value how it prints that it found in an
// unexported field, nor anything inside of it; so whatever has a secret there answers for all of itself, by a method Format.
func (h House) hiddenSecrets(s *Source) []string {
	types := s.types()
	var breaches []string
	for _, p := range s.packages {
		for _, f := range p.code() {
			for _, spec := range typeSpecs(f) {
				name := p.path + "." + spec.Name.Name
				if slices.Contains(h.redacted, name) || h.exempt(p.path) || p.formats(spec) {
					continue
				}
				w := walk{h, s, types, map[visit]bool{}}
				if w.hides(spec.Type, place{p.path, f}, false) {
					breaches = append(breaches, fmt.Sprintf("%s: %s holds a secret in an unexported field, where it would be printed; give it a method Format", s.at(f, spec.Pos()), name))
				}
			}
		}
	}
	return breaches
}

// formats reports whether a type prints itself, whatever the verb. What holds a lock is not copied, so it is printed by its pointer.
func (p *pkg) formats(spec *ast.TypeSpec) bool {
	return slices.Contains(p.methods(spec.Name.Name), "Format") || locked(spec.Type) && slices.Contains(p.methods("*"+spec.Name.Name), "Format")
}

func locked(e ast.Expr) bool {
	fields, ok := e.(*ast.StructType)
	return ok && slices.ContainsFunc(fields.Fields.List, func(f *ast.Field) bool {
		s, ok := f.Type.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		pkg, ok := s.X.(*ast.Ident)
		return ok && (pkg.Name == "sync" || pkg.Name == "atomic")
	})
}

// exempt reports whether a package is in no program that has anybody's secrets.
func (h House) exempt(path string) bool {
	r, ok := h.room(path)
	return ok && r.testOnly || matchesAny(h.careless, path)
}

// named is a type with where it is written, which says what the names in it mean.
type named struct {
	expr ast.Expr
	place
}

type place struct {
	pkg  string
	file file
}

func (s *Source) types() map[string]named {
	all := map[string]named{}
	for _, p := range s.packages {
		for _, f := range p.code() {
			for _, spec := range typeSpecs(f) {
				all[p.path+"."+spec.Name.Name] = named{spec.Type, place{p.path, f}}
			}
		}
	}
	return all
}

// typeSpecs are the types that a file declares for its whole package.
func typeSpecs(f file) []*ast.TypeSpec {
	var specs []*ast.TypeSpec
	for _, d := range f.ast.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
			for _, s := range g.Specs {
				specs = append(specs, s.(*ast.TypeSpec))
			}
		}
	}
	return specs
}

type walk struct {
	house House
	in    *Source
	types map[string]named
	seen  map[visit]bool
}

type visit struct {
	name   string
	hidden bool
}

// hides reports whether a value of a type has a secret behind an unexported field. Pointers are printed as numbers.
func (w *walk) hides(e ast.Expr, at place, hidden bool) bool {
	switch e := e.(type) {
	case *ast.StructType:
		for _, field := range e.Fields.List {
			if w.hides(field.Type, at, hidden || !open(field)) {
				return true
			}
		}
		return false
	case *ast.ArrayType:
		return w.hides(e.Elt, at, hidden)
	case *ast.MapType:
		return w.hides(e.Key, at, hidden) || w.hides(e.Value, at, hidden)
	case *ast.Ident:
		return w.named(at.pkg+"."+e.Name, hidden)
	case *ast.SelectorExpr:
		pkg, ok := e.X.(*ast.Ident)
		if !ok {
			return false
		}
		path, ok := w.in.imported(at.file, pkg.Name)
		return ok && w.named(path+"."+e.Sel.Name, hidden)
	}
	return false
}

func (w *walk) named(name string, hidden bool) bool {
	if slices.Contains(w.house.redacted, name) {
		return hidden
	}
	t, ok := w.types[name]
	if v := (visit{name, hidden}); !ok || w.seen[v] {
		return false
	} else {
		w.seen[v] = true
	}
	return w.hides(t.expr, t.place, hidden)
}

// open reports whether package fmt may ask what is in a field. An embedded one has the name of its type.
func open(f *ast.Field) bool {
	if len(f.Names) > 0 {
		return !slices.ContainsFunc(f.Names, func(n *ast.Ident) bool { return !n.IsExported() })
	}
	switch e := f.Type.(type) {
	case *ast.Ident:
		return e.IsExported()
	case *ast.SelectorExpr:
		return e.Sel.IsExported()
	}
	return true // a pointer, which is not followed
}

// imported answers with the package of this module that a name stands for in a file.
func (s *Source) imported(f file, name string) (string, bool) {
	for i, path := range f.imports() {
		below, ok := s.internal(path)
		if !ok {
			continue
		}
		called := path[lastSlash(path)+1:]
		if alias := f.ast.Imports[i].Name; alias != nil {
			called = alias.Name
		}
		if called == name {
			return below, true
		}
	}
	return "", false
}

func lastSlash(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return i
		}
	}
	return -1
}
