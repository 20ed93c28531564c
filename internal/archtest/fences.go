package archtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// outsideFences is the rule of the few packages that may know a certain library. Tests may use what they like.
func (h House) outsideFences(s *Source) []string {
	var breaches []string
	for _, p := range s.packages {
		for _, f := range p.code() {
			for _, path := range f.imports() {
				for _, fence := range h.fences {
					for _, module := range fence.modules {
						if within(module, path) && !matchesAny(fence.packages, p.path) {
							breaches = append(breaches, fmt.Sprintf("%s: imports %s, fenced into %v", f.path, path, fence.packages))
						}
					}
				}
			}
		}
	}
	return breaches
}

// links is the rule of what a program must not end up with because it imports one of our packages. The go command
// follows the imports, through other people's modules too, for the platform that the test runs on.
func (h House) links(ctx context.Context, s *Source) ([]string, error) {
	var breaches []string
	for _, rule := range h.unlinked {
		for _, p := range s.packages {
			if !matchesAny(rule.packages, p.path) || len(p.code()) == 0 {
				continue
			}
			deps, err := s.deps(ctx, p.path)
			if err != nil {
				return nil, fmt.Errorf("list what %s links: %w", p.path, err)
			}
			for _, module := range rule.modules {
				if dep := h.first(s, module, deps); dep != "" {
					breaches = append(breaches, fmt.Sprintf("%s: links %s", p.path, dep))
				}
			}
		}
	}
	return breaches, nil
}

// first answers with the first of deps that belongs to module, which may also be a package of this house.
func (h House) first(s *Source, module string, deps []string) string {
	if _, ours := h.room(module); ours {
		module = s.module + "/" + module
	}
	for _, dep := range deps {
		if within(module, dep) {
			return dep
		}
	}
	return ""
}

func (s *Source) deps(ctx context.Context, path string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Deps", "./"+path)
	cmd.Dir = s.root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.Bytes())
	}
	var listed struct {
		ImportPath string
		Deps       []string
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	if err := decoder.Decode(&listed); err != nil {
		return nil, err
	}
	if err := decoder.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more than one package for %s", path)
	}
	return listed.Deps, nil
}
