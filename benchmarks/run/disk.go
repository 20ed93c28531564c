package run

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/introspectd/introspectd/benchmarks/report"
)

// disk is what the disk alone allows: commits as long as the daemon has just made them for many callers, written beside the databases and
// made durable one after another. With so many sessions in a commit no daemon is faster here, however little else it does.
type disk struct {
	*writes
	what     string // as in keys of writes
	title    string
	seen     grouping // in the round before
	sessions []float64
	bytes    []float64
	daemon   []float64 // sessions a second
	alone    []float64 // commits a second
	fault    error     // why nothing was seen
}

// grouping is how the daemon has written: what many callers want is committed together.
type grouping struct {
	sessions, bytes float64 // of a commit
	daemon          float64 // sessions a second
}

func diskKey(what string) string { return "disk-" + what }

// watching looks at the write-ahead log before and after something is written. What it cannot see is no fault of what was written.
func (d *disk) watching(write func() (report.Round, error)) (report.Round, error) {
	if d.server == nil {
		return report.Round{}, errNotStarted
	}
	from, fromErr := journalOf(d.stock.dsn)
	r, err := write()
	to, toErr := journalOf(d.stock.dsn)
	if d.fault = errors.Join(err, fromErr, toErr); d.fault == nil {
		d.seen, d.fault = grouped(d.stock.dsn, from, to, r)
	}
	return r, err
}

// grouped is how a round's sessions were committed.
func grouped(database string, from, to journal, r report.Round) (grouping, error) {
	size, err := commitBytes(database, from, to)
	commits := to.commits - from.commits
	if err == nil && (commits == 0 || r.Right == 0) {
		err = errors.New("nothing was committed")
	}
	return grouping{sessions: float64(r.Right) / float64(commits), bytes: size, daemon: r.PerSecond}, err
}

// diskFile is how long the file is that is written over and over. Its blocks are the file's before anything is measured, as those of a log that
// was written through once.
const diskFile = 16 << 20

func (d *disk) open() (f *os.File, err error) {
	if f, err = os.OpenFile(filepath.Join(d.work, "disk"), os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return nil, err
	}
	if info, statErr := f.Stat(); statErr == nil && info.Size() == diskFile {
		return f, nil
	}
	if _, err = f.WriteAt(make([]byte, diskFile), 0); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (d *disk) measure(ctx context.Context) (r report.Round, err error) {
	if d.server == nil {
		return r, errNotStarted
	}
	if d.fault != nil {
		return r, fmt.Errorf("how the daemon commits is not known: %w", d.fault)
	}
	f, err := d.open()
	if err != nil {
		return r, fmt.Errorf("a file beside the databases: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	commit := make([]byte, min(int(d.seen.bytes), diskFile))
	_, _ = rand.Read(commit) // it cannot fail; and zeros are what some disks do not write
	took, wall, err := d.again(ctx, f, commit)
	if err != nil {
		return r, err
	}
	text, err := took.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return r, err
	}
	commits := float64(took.TotalCount()) / wall.Seconds()
	d.sessions, d.bytes = append(d.sessions, d.seen.sessions), append(d.bytes, d.seen.bytes)
	d.daemon, d.alone = append(d.daemon, d.seen.daemon), append(d.alone, commits)
	return report.Round{
		Right: int(float64(took.TotalCount()) * d.seen.sessions), Seconds: wall.Seconds(), PerSecond: commits * d.seen.sessions,
		P50: quantile(took, 50), P99: quantile(took, 99), Latency: string(text),
	}, nil
}

// again writes a commit over and over for one window, each durable before the next. It is an error when ctx ends before.
func (d *disk) again(ctx context.Context, f *os.File, commit []byte) (took *hdrhistogram.Histogram, wall time.Duration, err error) {
	took = hdrhistogram.New(1, int64(time.Minute), 3)
	begun, at := time.Now(), 0
	for time.Since(begun) < d.window && ctx.Err() == nil {
		if at+len(commit) > diskFile {
			at = 0
		}
		since := time.Now()
		if _, err = f.WriteAt(commit, int64(at)); err == nil {
			err = datasync(f)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("write beside the databases: %w", err)
		}
		_ = took.RecordValue(min(int64(time.Since(since)), int64(time.Minute))) // within its bounds
		at += len(commit)
	}
	return took, time.Since(begun), ctx.Err()
}
