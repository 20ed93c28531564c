package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"
)

const (
	daemonAnswers = 5 * time.Second // its checks give up before that
	daemonSays    = 8 << 10
)

// daemonFinding asks the daemon that is configured here whether it is ready, and else repeats what it says: it may be cut off from a database that this
// command reaches, or refuse to believe it. That there is none is in order: commands do not need it.
func (d *desk) daemonFinding(ctx context.Context) finding {
	address, scheme := d.settings.AdminListen, "http"
	if address == "" {
		address = d.settings.Listen
	}
	if d.settings.TLS() {
		scheme = "https"
	}
	nobody := finding{"daemon", true, "none answers at " + address + " from here"}
	ctx, cancel := context.WithTimeout(ctx, daemonAnswers)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/readyz?verbose", http.NoBody)
	if err != nil {
		return nobody
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		// The certificate is for the name that clients know it by. No secret is sent, and what comes back is shown to a person.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	answer, err := transport.RoundTrip(req) // follows no redirect and uses no proxy
	if err != nil {
		return nobody
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, daemonSays))
	lines := strings.Split(strings.TrimSpace(string(body)), "\n")
	switch verdict := lines[len(lines)-1]; {
	case err != nil:
		return nobody
	case answer.StatusCode == http.StatusOK && verdict == "ready":
		return finding{"daemon", true, "the one at " + address + " is ready"}
	case answer.StatusCode == http.StatusServiceUnavailable && (verdict == "not ready" || verdict == "stopping"):
		return finding{"daemon", false, "the one at " + address + " is " + verdict + failedChecks(lines)}
	default:
		return nobody // somebody else listens there
	}
}

// failedChecks are the lines about what went wrong, fit for a terminal.
func failedChecks(lines []string) string {
	var failed strings.Builder
	for _, line := range lines {
		if name, rest, ok := strings.Cut(line, " failed "); ok {
			failed.WriteString("; " + name + " failed: " + rest)
		}
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, failed.String())
}
