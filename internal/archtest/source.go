package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Source is every Go file of one module, nested modules left out.
type Source struct {
	root     string
	module   string
	fset     *token.FileSet
	packages []*pkg
	scripts  []string
}

type pkg struct {
	path  string // below the module root; "." is the root itself
	files []file
}

type file struct {
	path string // below the module root
	test bool
	ast  *ast.File
}

// scripts are the files besides Go's in which people leave notes to themselves.
var scripts = map[string]bool{".sql": true, ".sh": true, ".js": true, ".mjs": true, ".yaml": true, ".yml": true, ".html": true, ".css": true}

// Load reads the module at root.
func Load(root string) (*Source, error) {
	module, err := moduleName(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	s := &Source{root: root, module: module, fset: token.NewFileSet()}
	byPath := map[string]*pkg{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(path, rel, d.Name())
		}
		switch {
		case scripts[filepath.Ext(rel)]:
			s.scripts = append(s.scripts, rel)
		case filepath.Ext(rel) == ".go":
			return s.add(byPath, path, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load module: %w", err)
	}
	return s, nil
}

func moduleName(gomod string) (string, error) {
	data, err := os.ReadFile(gomod)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(name), nil
		}
	}
	return "", fmt.Errorf("%s: no module line", gomod)
}

func skipDir(path, rel, name string) error {
	if rel == "." {
		return nil
	}
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func (s *Source) add(byPath map[string]*pkg, path, rel string) error {
	tree, err := parser.ParseFile(s.fset, path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	if generator(tree) {
		return nil
	}
	dir := filepath.ToSlash(filepath.Dir(rel))
	p := byPath[dir]
	if p == nil {
		p = &pkg{path: dir}
		byPath[dir] = p
		s.packages = append(s.packages, p)
	}
	p.files = append(p.files, file{path: rel, test: strings.HasSuffix(rel, "_test.go"), ast: tree})
	return nil
}

// generator reports files that belong to no package: programs that go generate runs one at a time.
func generator(f *ast.File) bool {
	for _, group := range f.Comments {
		for _, c := range group.List {
			if c.Pos() < f.Package && c.Text == "//go:build ignore" {
				return true
			}
		}
	}
	return false
}

// code answers with the files that are built into the package, as opposed to its tests.
func (p *pkg) code() []file {
	var code []file
	for _, f := range p.files {
		if !f.test {
			code = append(code, f)
		}
	}
	return code
}

// imports answers with the import paths of f.
func (f file) imports() []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has accepted it
		}
		paths = append(paths, path)
	}
	return paths
}

// at spells a position as "file:line", below the module root.
func (s *Source) at(f file, pos token.Pos) string {
	return f.path + ":" + strconv.Itoa(s.fset.Position(pos).Line)
}

// internal answers with the path below the module root of a package of this module.
func (s *Source) internal(importPath string) (string, bool) {
	if importPath == s.module {
		return ".", true
	}
	return strings.CutPrefix(importPath, s.module+"/")
}
