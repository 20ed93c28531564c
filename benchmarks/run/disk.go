package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/introspectd/introspectd/benchmarks/process"
	"github.com/introspectd/introspectd/benchmarks/report"
)

// disk is what the disk alone allows: the bytes of as many openings as there are callers, made durable together, again and again, in a file
// beside the databases. Faster than that no daemon can open for so many callers here, however little else it does.
type disk struct {
	*writes
	bytes float64 // that the daemon has caused to be written for one opening
}

const diskKey = "disk"

// counting reads what the daemon has written before and after it opened.
func (d *disk) counting(opened func() (report.Round, error)) (report.Round, error) {
	if d.server == nil {
		return report.Round{}, errNotStarted
	}
	before, beforeErr := process.Written(d.server.child.PID())
	r, err := opened()
	after, afterErr := process.Written(d.server.child.PID())
	if err == nil && errors.Join(beforeErr, afterErr) == nil && r.Right > 0 {
		d.bytes = float64(after-before) / float64(r.Right)
	}
	return r, err
}

// wrapAt keeps the file as long as a write-ahead log: it is written over and over.
const wrapAt = 64 << 20

func (d *disk) measure(ctx context.Context) (r report.Round, err error) {
	if d.bytes <= 0 {
		return r, errors.New("the disk alone: no openings were counted")
	}
	name := filepath.Join(d.work, "disk")
	f, err := os.Create(name)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(name)) }()
	group := make([]byte, int(d.bytes*manyCallers))
	took := hdrhistogram.New(1, int64(time.Minute), 3)
	begun := time.Now()
	for at := int64(0); time.Since(begun) < d.window && ctx.Err() == nil; at += int64(len(group)) {
		since := time.Now()
		if _, err := f.WriteAt(group, at%wrapAt); err != nil {
			return r, fmt.Errorf("write beside the databases: %w", err)
		}
		if err := f.Sync(); err != nil {
			return r, fmt.Errorf("flush what was written beside the databases: %w", err)
		}
		_ = took.RecordValue(min(int64(time.Since(since)), int64(time.Minute)))
	}
	wall := time.Since(begun).Seconds()
	text, err := took.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return r, err
	}
	n := int(took.TotalCount())
	return report.Round{
		Right: n * manyCallers, Seconds: wall, PerSecond: float64(n*manyCallers) / wall,
		P50: quantile(took, 50), P99: quantile(took, 99), Latency: string(text),
	}, nil
}
