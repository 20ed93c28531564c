package telemetry

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/session"
)

func logger(t *testing.T, format string) (*slog.Logger, *strings.Builder, *slog.LevelVar) {
	t.Helper()
	var out strings.Builder
	level := new(slog.LevelVar)
	l, err := NewLogger(LogConfig{Out: &out, Format: format, Level: level})
	if err != nil {
		t.Fatal(err)
	}
	return l, &out, level
}

// header, payload and signature are those of the first JWT of RFC 7515 (appendix A.1).
const (
	header    = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
	payload   = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	jwt       = header + "." + payload + "." + signature
)

func TestHandlesAreCutOutOfWhateverIsLogged(t *testing.T) {
	h := session.NewHandle(session.Access)
	for secret, trace := range map[string]string{h.Reveal(): "ita_[redacted]", jwt: "eyJ[redacted]"} {
		for _, format := range []string{"json", "text", "auto"} {
			l, out, _ := logger(t, format)
			l.Info("message", "plain", "Bearer "+secret, "error", fmt.Errorf("parse %q: %w", secret, errors.New("no")),
				"bytes", []byte(secret), "handle", session.Present(secret), slog.Group("deep", "er", "token="+secret+"&x"), "url", stringer("http://a/?t="+secret))
			l.With("kept", secret).Info("again")
			for _, part := range strings.Split(secret, ".") {
				if strings.Contains(out.String(), part[:20]) || strings.Contains(out.String(), part[len(part)-20:]) {
					t.Errorf("%s: wrote %s", format, out)
				}
			}
			if !strings.Contains(out.String(), trace) {
				t.Errorf("%s: nothing shows that something was cut: %s", format, out)
			}
		}
	}
}

func TestWhatIsCutAndWhatIsLeft(t *testing.T) {
	handle := session.NewHandle(session.Refresh).Reveal()
	for in, want := range map[string]string{
		jwt:                              "eyJ[redacted]",
		"(" + jwt + ")":                  "(eyJ[redacted])",
		"it failed_ " + jwt + ", again":  "it failed_ eyJ[redacted], again",
		header + "." + payload + ".":     "eyJ[redacted]", // signed by nobody
		header + "..iv.text.tag":         "eyJ[redacted]", // a JWE
		jwt[:len(jwt)-60]:                "eyJ[redacted]", // cut short
		`{"payload":"` + payload + `"}`:  `{"payload":"eyJ[redacted]"}`,
		handle + "." + jwt:               "itr_[redacted].eyJ[redacted]",
		handle + jwt:                     "itr_[redacted].eyJ[redacted]",
		jwt + handle:                     "eyJ[redacted]",
		handle[:30] + "eyJ" + handle[4:]: "itr_[redacted]",
		"eyJ, it_is a word":              "eyJ, it_is a word",
		"a.b.c":                          "a.b.c",
	} {
		if got := scrub(in); got != want {
			t.Errorf("scrub(%q) = %q, want %q", in, got, want)
		}
	}
}

type stringer string

func (s stringer) String() string { return string(s) }

func TestMessagesAreCutToo(t *testing.T) {
	secret := session.NewHandle(session.Refresh).Reveal()
	l, out, _ := logger(t, "json")
	l.Info("got " + secret)
	if strings.Contains(out.String(), secret) {
		t.Errorf("wrote %s", out)
	}
}

func TestTextsFromOutsideStayOnTheirLine(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		l, out, _ := logger(t, format)
		l.Info("m", "name", "a\r\nlevel=ERROR msg=forged\x1b[31m", "long", strings.Repeat("x", 1<<20))
		if n := strings.Count(out.String(), "\n"); n != 1 {
			t.Errorf("%s: %d lines, want 1", format, n)
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s: an escape sequence goes through", format)
		}
		if out.Len() > 2*maxText {
			t.Errorf("%s: a line of %d bytes", format, out.Len())
		}
	}
}

func TestLevelMayChangeWhileRunning(t *testing.T) {
	l, out, level := logger(t, "json")
	l.Debug("one")
	level.Set(slog.LevelDebug)
	l.Debug("two", "took", 1500*time.Microsecond)
	var line struct{ Msg, Took string }
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil || line.Msg != "two" || line.Took != "1.5ms" {
		t.Errorf("wrote %q (%v), want one line that says two", out, err)
	}
}

func TestUnknownFormatAndLevelAreRefused(t *testing.T) {
	if _, err := NewLogger(LogConfig{Out: os.Stderr, Format: "xml", Level: new(slog.LevelVar)}); err == nil {
		t.Error("format xml is taken")
	}
	if _, err := Level("loud"); err == nil {
		t.Error("level loud is taken")
	}
	if l, err := Level("warn"); l != slog.LevelWarn || err != nil {
		t.Errorf("Level(warn) = %v, %v", l, err)
	}
}

func TestAuditGoesToItsOwnFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	var stderr strings.Builder
	quiet := new(slog.LevelVar)
	quiet.Set(slog.LevelError)
	for range 2 { // it is appended to
		a, err := OpenAudit(path, LogConfig{Out: &stderr, Format: "text", Level: quiet})
		if err != nil {
			t.Fatal(err)
		}
		a.Info("session ended", "subject", "alice")
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &line); len(lines) != 2 || err != nil || line["log"] != "audit" || line["subject"] != "alice" {
		t.Errorf("the file holds %q", text)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if stderr.Len() > 0 {
		t.Errorf("stderr got %q as well", &stderr)
	}
}

func TestAuditKnowsNoLevel(t *testing.T) {
	var out strings.Builder
	quiet := new(slog.LevelVar)
	quiet.Set(slog.LevelError)
	a, err := OpenAudit("stderr", LogConfig{Out: &out, Format: "json", Level: quiet})
	if err != nil {
		t.Fatal(err)
	}
	a.Info("session opened")
	if !strings.Contains(out.String(), `"log":"audit"`) {
		t.Errorf("wrote %q", &out)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestAuditFileThatCannotBeOpenedIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "audit.log")
	if _, err := OpenAudit(path, LogConfig{Out: os.Stderr, Format: "json"}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names %s", err, path)
	}
}
