package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write keeps the report in a folder, as report.json, report.md and report.html, and answers with the paths of what it has written. What
// cannot be written does not keep the others from it.
func (r *Report) Write(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	var paths []string
	var errs []error
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{{"report.json", r.JSON}, {"report.md", r.Markdown}, {"report.html", r.HTML}} {
		var b bytes.Buffer
		err := f.write(&b)
		path := filepath.Join(dir, f.name)
		if err == nil {
			err = os.WriteFile(path, b.Bytes(), 0o644)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("write %s: %w", f.name, err))
			continue
		}
		paths = append(paths, path)
	}
	return paths, errors.Join(errs...)
}

// JSON writes all of the report, for programs.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r.finite())
}

// WriteCharts keeps every chart as a file SECTION-CHART.svg in a folder, and answers with their paths.
func (r *Report) WriteCharts(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write charts: %w", err)
	}
	var paths []string
	seen := map[string]bool{}
	for _, s := range r.Sections {
		for _, c := range s.Charts {
			name := fileName(s.Key) + "-" + fileName(c.Key) + ".svg"
			if seen[name] {
				return paths, fmt.Errorf("write charts: there are two charts %s", name)
			}
			seen[name] = true
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(c.SVG(true)), 0o644); err != nil {
				return paths, fmt.Errorf("write charts: %w", err)
			}
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// fileName keeps letters, digits and hyphens of a key, so that no key names a place outside the folder.
func fileName(key string) string {
	out := []byte(key)
	for i, b := range out {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '-':
		default:
			out[i] = '_'
		}
	}
	return string(out)
}
