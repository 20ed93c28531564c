package run

import (
	"fmt"

	"github.com/introspectd/introspectd/benchmarks/report"
	"github.com/introspectd/introspectd/benchmarks/service"
)

// size sets out what others have counted: it measures nothing itself.
func (b *bench) size(calls *steady, firsts *burst) *scenario {
	return &scenario{key: sizeKey, title: "size", finish: func() {
		s := report.Section{
			Key: sizeKey, Title: "Size",
			Shows:    "bytes of application data on the sockets for one call, once all are acquainted, and what is remembered of each token",
			ShowsNot: "headers of TCP, IP and TLS; requests with the few header fields of this run's clients, to which real ones add cookies and more",
			Tables:   []report.Table{b.wire(calls), b.remembering(firsts)},
			Charts:   []report.Chart{b.wireChart(calls)},
		}
		b.report.Sections = append(b.report.Sections, s)
	}}
}

// perCall is the median over the rounds of what was counted for one call.
func (l *steadyLine) perCall(of func(service.Counters) int64) []float64 {
	var out []float64
	for i, c := range l.bytes {
		out = append(out, float64(of(c))/l.calls[i])
	}
	return out
}

func callBytes(c service.Counters) int64  { return c.CallBytesIn + c.CallBytesOut }
func askedBytes(c service.Counters) int64 { return c.AskedBytesIn + c.AskedBytesOut }

func (b *bench) wire(calls *steady) report.Table {
	t := report.Table{Key: "wire", Title: "On the wire, for one call", Columns: []report.Column{
		{Key: "token", Title: "the token", Unit: "bytes", Better: -1},
		{Key: "request", Title: "request to the service", Unit: "bytes", Better: -1},
		{Key: "answer", Title: "its answer", Unit: "bytes"},
		{Key: "asked", Title: "its questions", Unit: "bytes", Better: -1},
		{Key: "told", Title: "answers to them", Unit: "bytes", Better: -1},
		{Key: "all", Title: "all", Unit: "bytes", Better: -1},
	}}
	for _, l := range calls.lines {
		line := report.Line{Key: l.key, Title: l.key}
		if len(l.bytes) > 0 {
			line.Cells = []report.Cell{
				cell([]float64{float64(l.token)}),
				cell(l.perCall(func(c service.Counters) int64 { return c.CallBytesIn })), cell(l.perCall(func(c service.Counters) int64 { return c.CallBytesOut })),
				cell(l.perCall(func(c service.Counters) int64 { return c.AskedBytesOut })), cell(l.perCall(func(c service.Counters) int64 { return c.AskedBytesIn })),
				cell(l.perCall(func(c service.Counters) int64 { return callBytes(c) + askedBytes(c) })),
			}
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}

func (b *bench) wireChart(calls *steady) report.Chart {
	c := report.Chart{Key: "wire", Title: "Bytes for one call", Kind: report.Bars, Y: report.Axis{Title: "bytes", Unit: "bytes"}}
	parts := []report.Series{{Key: "call", Title: "call and answer"}, {Key: "questions", Title: "questions to the daemon"}}
	for _, l := range calls.lines {
		parts[0].Points = append(parts[0].Points, bar(l.key, l.perCall(callBytes))...)
		parts[1].Points = append(parts[1].Points, bar(l.key, l.perCall(askedBytes))...)
	}
	c.Series = parts
	return c
}

func (b *bench) remembering(firsts *burst) report.Table {
	t := report.Table{Key: "memory", Title: "Remembered of each token", Columns: []report.Column{{Key: "heap", Title: "live heap", Unit: "bytes", Better: -1}}}
	for _, m := range b.report.Memory {
		t.Lines = append(t.Lines, report.Line{
			Key: "daemon", Title: fmt.Sprintf("in the daemon, of %d sessions", m.Sessions), Cells: []report.Cell{cell([]float64{m.Heap})},
		})
	}
	for _, l := range firsts.lines {
		line := report.Line{Key: l.key, Title: "in the service, " + l.key}
		switch {
		case l.weighed && l.asks():
			line.Cells = []report.Cell{words("nothing")}
		case l.weighed:
			line.Cells = []report.Cell{cell([]float64{l.heap})}
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}
