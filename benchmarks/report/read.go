package report

import (
	"encoding/json"
	"fmt"
	"os"
)

// Read reads a report.json, of this version or an older one.
func Read(path string) (*Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	// The version comes first: what follows it may have changed its meaning.
	var head struct {
		Format *int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("read report %s: not JSON, or only a part of it: %w", path, err)
	}
	switch {
	case head.Format == nil:
		return nil, fmt.Errorf("read report %s: it does not say its format, so it is no report of these benchmarks", path)
	case *head.Format < 1 || *head.Format > Format:
		return nil, fmt.Errorf("read report %s: format %d is not known here, only 1 to %d; a newer program has written it", path, *head.Format, Format)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("read report %s: %w", path, err)
	}
	return &r, nil
}
