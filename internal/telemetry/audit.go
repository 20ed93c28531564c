package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"os"
)

// Audit is the record of who opened and took back what. It knows no level: nothing of it is left out.
type Audit struct {
	*slog.Logger
	file io.Closer // nil: somebody else's
}

// OpenAudit appends to a file, one JSON object a line, or for "stderr" writes among the other logs, marked "log":"audit".
func OpenAudit(destination string, shared LogConfig) (*Audit, error) {
	shared.Level = new(slog.LevelVar)
	if destination == "stderr" {
		l, err := NewLogger(shared)
		if err != nil {
			return nil, err
		}
		return &Audit{l.With("log", "audit"), nil}, nil
	}
	f, err := os.OpenFile(destination, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open audit log: %w", err)
	}
	l, err := NewLogger(LogConfig{Out: f, Format: "json", Level: shared.Level})
	if err != nil {
		return nil, err
	}
	return &Audit{l.With("log", "audit"), f}, nil
}

// Close is for when nobody writes any more.
func (a *Audit) Close() error {
	if a.file == nil {
		return nil
	}
	if err := a.file.Close(); err != nil {
		return fmt.Errorf("close audit log: %w", err)
	}
	return nil
}
