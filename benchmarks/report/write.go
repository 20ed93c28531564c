package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Write keeps the report in a folder, as report.json and report.md, and answers with both paths.
func (r *Report) Write(dir string) ([]string, error) {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	var md bytes.Buffer
	if err := r.Markdown(&md); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	paths := []string{filepath.Join(dir, "report.json"), filepath.Join(dir, "report.md")}
	return paths, errors.Join(
		os.WriteFile(paths[0], append(data, '\n'), 0o644),
		os.WriteFile(paths[1], md.Bytes(), 0o644),
	)
}
