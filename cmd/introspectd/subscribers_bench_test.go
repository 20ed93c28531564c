//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/introspect/oauth"
	"github.com/introspectd/introspectd/introspect/remote"
	"github.com/introspectd/introspectd/session/revocation"
)

// What share of a processor does a daemon of its own use whose 1,000 subscribers hear nothing new? They are those that guards are made of, here in this
// process, with the daemon's and their own defaults and a connection each over loopback. One iteration is a second.
func BenchmarkAThousandIdleSubscribersOverHTTP(b *testing.B) {
	const subscribers = 1000
	process, url, secret := followedDaemon(b)
	var polls, failures atomic.Int64
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	all := make([]*revocation.Subscriber, subscribers)
	for i := range all {
		feed, err := remote.NewFeed(remote.Config{Endpoint: url + "/revocations", ClientID: "orders", Secret: oauth.NewSecret(secret)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(feed.Close)
		all[i], err = revocation.NewSubscriber(revocation.SubscriberConfig{
			Feed: countedFeed{feed, &polls}, Report: func(err error) {
				if err != nil && ctx.Err() == nil {
					failures.Add(1)
				}
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		running.Go(func() { _ = all[i].Run(ctx) })
		time.Sleep(time.Millisecond) // they do not start all at once
	}
	time.Sleep(3 * time.Second)
	failures.Store(0)
	before, asked, begun := processorTime(b, process), polls.Load(), time.Now()
	for b.Loop() {
		time.Sleep(time.Second)
	}
	took := time.Since(begun).Seconds()
	b.ReportMetric((processorTime(b, process)-before).Seconds()/took, "cores")
	b.ReportMetric(float64(polls.Load()-asked)/took, "polls/s")
	b.ReportMetric(0, "ns/op")
	believe := 0
	for _, s := range all {
		if s.Believable() {
			believe++
		}
	}
	// On a machine that has too much to do, some are late. Then the figure is not one.
	if n, known := failures.Load(), gaugeAt(b, url, "introspectd_subscribers"); n > subscribers/100 || believe < subscribers*99/100 || known < subscribers*99/100 {
		b.Errorf("%d of %d subscribers have a lease, the daemon knows of %v, and polling began to fail %d times", believe, subscribers, known, n)
	}
}

// countedFeed counts polls.
type countedFeed struct {
	revocation.Feed
	polls *atomic.Int64
}

func (f countedFeed) Poll(ctx context.Context, log string, after revocation.Seq, wait time.Duration) (revocation.Page, error) {
	f.polls.Add(1)
	return f.Feed.Poll(ctx, log, after, wait)
}

// followedDaemon is a process, where it listens, and the secret of a client that may follow the feed.
func followedDaemon(b *testing.B) (pid int, url, secret string) {
	b.Helper()
	database := filepath.Join(b.TempDir(), "x.db")
	for _, args := range [][]string{
		{"audience", "add", "orders", "--scope", "read"},
		{"client", "add", "orders", "--role", "api", "--audience", "orders", "-o", "json"},
	} {
		out, err := exec.CommandContext(b.Context(), "introspectd", append(args, "--database", database)...).Output()
		if err != nil {
			b.Fatalf("introspectd %q: %v", args, err)
		}
		var made struct {
			Secret string `json:"client_secret"`
		}
		_ = json.Unmarshal(out, &made)
		secret = made.Secret
	}
	stderr := new(words)
	daemon := exec.CommandContext(b.Context(), "introspectd", "serve", "--listen", "127.0.0.1:0", "--database", database)
	daemon.Stderr = stderr
	if err := daemon.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := readyLine.FindStringSubmatch(stderr.String()); m != nil {
			return daemon.Process.Pid, m[1], secret
		}
	}
	b.Fatalf("not ready: %s", stderr)
	return 0, "", ""
}

// processorTime is what a process has had of all processors: utime and stime of proc_pid_stat(5), in ticks of 10 ms.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err1 != nil || err2 != nil {
		b.Fatalf("/proc/%d/stat: %s", pid, text)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// gaugeAt reads a metric without labels.
func gaugeAt(b *testing.B, url, name string) float64 {
	b.Helper()
	answer, err := http.Get(url + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatalf("no metric %s", name)
	return 0
}
