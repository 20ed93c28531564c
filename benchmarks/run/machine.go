package run

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/internal/config"
)

// describe says where and how the run takes place.
func (b *bench) describe(ctx context.Context, started time.Time) {
	b.place = process.Place(ctx)
	placement := "not pinned: " + b.place.Why
	if b.place.Pinned {
		placement = fmt.Sprintf("servers on processor %d, load on processor %d", b.place.Server, b.place.Load)
	} else {
		b.note("servers and load were not kept apart (%s): requests/s and latency say little, CPU per request stays comparable", b.place.Why)
	}
	fs := filesystem(b.work)
	b.report = report.Report{
		Format: report.Format, Started: started, Commit: commit(ctx), Notes: b.report.Notes,
		Machine: report.Machine{
			Processor: valueOf("/proc/cpuinfo", "model name"), Processors: runtime.NumCPU(), Memory: valueOf("/proc/meminfo", "MemTotal"),
			System: strings.TrimSpace(runtime.GOOS + "/" + runtime.GOARCH + " " + contents("/proc/sys/kernel/osrelease")), Filesystem: fs,
			Go: runtime.Version(), Placement: placement,
		},
		Settings: b.settings(),
	}
	if fs == "tmpfs" || fs == "ramfs" {
		b.note("the databases are in memory (%s): rates of opening and ending are not those of durable writes; choose a folder on a disk with -dir", fs)
	}
	if len(b.stores) > 1 {
		b.note("scenarios questions, storm and growth by sessions are measured on each store, all others on the first alone")
	}
	if slices.ContainsFunc(b.stores, func(s config.DSN) bool { return s.Reveal() != sqlite }) {
		b.note("processor time is the daemon's alone; that of PostgreSQL is in no figure of ours, and stated beside the questions where it is known")
	}
	if _, err := process.Of(os.Getpid()); err != nil {
		b.note("what requests cost the server is unknown here: %v", err)
	}
}

// settings are what was asked for. Credentials in URLs are not among them.
func (o *options) settings() report.Settings {
	s := report.Settings{
		Rounds: o.rounds, Window: o.window.Seconds(), Connections: o.connections, Sessions: o.sessions, Full: o.full, Seed: o.seed, Command: o.command,
	}
	for _, m := range o.modes {
		s.Modes = append(s.Modes, m.key)
	}
	for _, d := range o.stores {
		s.Stores = append(s.Stores, d.String())
	}
	rate := "a third of what the slowest mode manages"
	if o.rate > 0 {
		rate = fmt.Sprintf("%g/s", o.rate)
	}
	s.Others = []report.Setting{
		{Name: "rate", Value: rate},
		{Name: "ttl", Value: o.ttl.String()},
		{Name: "jwt-ttl", Value: o.jwtTTL.String()},
		{Name: "away", Value: o.away.String()},
		{Name: "scenarios", Value: strings.Join(o.scenarios, " ")},
	}
	for _, p := range o.peers {
		s.Others = append(s.Others, report.Setting{Name: "peer " + p.name, Value: "http://" + p.address + p.path})
	}
	return s
}

const unknown = "unknown"

// commit is the checkout's, with a plus when files differ from it.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return unknown
	}
	id := strings.TrimSpace(string(out))
	if changed, err := exec.CommandContext(ctx, "git", "status", "--porcelain").Output(); err != nil || len(changed) > 0 {
		id += "+"
	}
	return id
}

// contents is a small file's text, or nothing.
func contents(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// valueOf is the first "key : value" of a file.
func valueOf(path, key string) string {
	for line := range strings.Lines(contents(path)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}

// filesystem is the type of what is mounted above a folder.
func filesystem(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return unknown
	}
	return mountOf(contents("/proc/mounts"), dir)
}

// mountOf reads proc_pid_mounts(5); the longest mount point above the folder counts, and of two the later.
func mountOf(mounts, dir string) string {
	found, longest := unknown, -1
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		at := strings.TrimSuffix(fields[1], "/")
		if (dir == at || strings.HasPrefix(dir, at+"/")) && len(at) >= longest {
			found, longest = fields[2], len(at)
		}
	}
	return found
}
