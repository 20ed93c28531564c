package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
)

// LogConfig is how to log.
type LogConfig struct {
	Out     io.Writer
	Format  string         // "json", "text", or "auto": text on a terminal, else json
	Level   *slog.LevelVar // may be changed while running
	NoColor bool           // https://no-color.org
}

// NewLogger makes the log.
func NewLogger(c LogConfig) (*slog.Logger, error) {
	screen := terminal(c.Out)
	options := &slog.HandlerOptions{Level: c.Level, ReplaceAttr: clean}
	switch {
	case c.Format == "json", c.Format == "auto" && !screen:
		return slog.New(slog.NewJSONHandler(c.Out, options)), nil
	case c.Format == "text", c.Format == "auto":
		if !screen {
			return slog.New(slog.NewTextHandler(c.Out, options)), nil
		}
		return slog.New(tint.NewTextHandler(c.Out, &tint.Options{
			Level: c.Level, NoColor: c.NoColor, TimeFormat: "15:04:05.000", ReplaceAttr: clean,
		})), nil
	default:
		return nil, fmt.Errorf("log format %q is not json, text or auto", c.Format)
	}
}

// Level reads debug, info, warn or error.
func Level(name string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(name)); err != nil {
		return 0, fmt.Errorf("log level %q is not debug, info, warn or error", name)
	}
	return l, nil
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// maxText bounds what one attribute takes of a line.
const maxText = 2048

func clean(_ []string, a slog.Attr) slog.Attr {
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(bounded(scrub(a.Value.String())))
	case slog.KindDuration:
		a.Value = slog.StringValue(a.Value.Duration().String()) // JSON would have a number without a unit
	case slog.KindAny:
		// Errors are what foreign texts travel in.
		switch v := a.Value.Any().(type) {
		case error:
			a.Value = slog.StringValue(bounded(scrub(v.Error())))
		case []byte:
			a.Value = slog.StringValue(bounded(scrub(string(v))))
		case fmt.Stringer:
			a.Value = slog.StringValue(bounded(scrub(v.String())))
		}
	}
	return a
}

func bounded(text string) string {
	if len(text) <= maxText {
		return text
	}
	return fmt.Sprintf("%s... (%d bytes)", text[:maxText], len(text))
}
