package run

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/session"
)

// addJunk adds tokens whose checksum is wrong, and counts what they make the store do.
func (q *questions) addJunk() {
	q.add(row{junkKey, "introspection of junk tokens", floorKey, q.connections, func(ctx context.Context) (report.Round, error) {
		before, err := lookups(ctx, q.warm)
		if err != nil {
			return report.Round{}, err
		}
		job := introspection(q.stocks[q.middle()].authorization(api(audience)), inactive, junk(hot))
		warm, measured := q.windows(job, q.connections)
		r, err := q.once(ctx, q.warm, warm, measured)
		if err != nil {
			return r, err
		}
		after, err := lookups(ctx, q.warm)
		r.Lookups = new(after - before)
		return r, err
	}})
}

// lookups is how often a server has asked its database about a token.
func lookups(ctx context.Context, s *server) (float64, error) {
	page, err := s.get(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	// No sample yet means that there was no such call yet; that the metric is known under this name is seen on the other calls.
	if _, found := metric(page, "introspectd_store_duration_seconds_count", ""); !found {
		return 0, fmt.Errorf("/metrics has no introspectd_store_duration_seconds_count")
	}
	n, _ := metric(page, "introspectd_store_duration_seconds_count", `op="look up token"`)
	return n, nil
}

// junk looks like tokens, but for the checksum.
func junk(n int) []string {
	out := make([]string, n)
	for i := range out {
		text := []byte(session.NewHandle(session.Access).Reveal())
		if last := &text[len(text)-1]; *last == '0' {
			*last = '1'
		} else {
			*last = '0'
		}
		out[i] = string(text)
	}
	return out
}

// metric sums the samples of a metric whose labels contain a text, from a page in Prometheus' text format.
func metric(page, name, label string) (float64, bool) {
	sum, found := 0.0, false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		end := strings.LastIndexByte(line, ' ') // labels have spaces too
		if end < 0 {
			continue
		}
		base, labels, _ := strings.Cut(line[:end], "{")
		if base != name || !strings.Contains(labels, label) {
			continue
		}
		v, err := strconv.ParseFloat(line[end+1:], 64)
		if err != nil {
			continue
		}
		sum, found = sum+v, true
	}
	return sum, found
}
