package run

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
)

// progress says how far the run is: on a terminal with a bar that moves, elsewhere with a line for each step.
type progress struct {
	out  io.Writer
	live bool // a terminal

	mu      sync.Mutex // guards what follows, and out
	whole   time.Duration
	past    time.Duration // planned, of the steps that are done
	steps   int
	at      int
	title   string
	takes   time.Duration
	begun   time.Time // the run
	stepped time.Time // the step
	ended   chan struct{}
	drawn   sync.WaitGroup
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, ended: make(chan struct{})}
	if f, ok := out.(*os.File); ok {
		p.live = isatty.IsTerminal(f.Fd()) && os.Getenv("TERM") != "dumb"
	}
	return p
}

func (p *progress) begin(steps int, whole time.Duration) {
	p.mu.Lock()
	p.steps, p.whole, p.begun, p.stepped = steps, whole, time.Now(), time.Now()
	p.mu.Unlock()
	if p.live {
		p.drawn.Go(p.animate)
	}
}

const frame = 250 * time.Millisecond

func (p *progress) animate() {
	ticker := time.NewTicker(frame)
	defer ticker.Stop()
	for {
		select {
		case <-p.ended:
			return
		case <-ticker.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

func (p *progress) step(title string, takes time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.title, p.takes, p.stepped = title, takes, time.Now()
	p.at++
	if p.live {
		p.draw()
		return
	}
	_, _ = fmt.Fprintf(p.out, "%3d%%  %s\n", int(100*p.share()), title)
}

func (p *progress) done(takes time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past, p.takes = p.past+takes, 0
}

// share is how much of the plan is done. A step that takes longer than planned is not done before it is.
func (p *progress) share() float64 {
	if p.whole <= 0 {
		return 0
	}
	return float64(p.past+min(time.Since(p.stepped), p.takes*9/10)) / float64(p.whole)
}

// left is how long the rest will take if the machine goes on being as quick or slow as it was.
func (p *progress) left() time.Duration {
	share, since := p.share(), time.Since(p.begun)
	planned := time.Duration((1 - share) * float64(p.whole))
	if share < 0.05 {
		return planned
	}
	return time.Duration(float64(since) * (1 - share) / share)
}

const barWidth = 24

// draw is called with the lock held.
func (p *progress) draw() {
	full := int(p.share() * barWidth)
	title := p.title
	if r := []rune(title); len(r) > 56 {
		title = string(r[:55]) + "…"
	}
	_, _ = fmt.Fprintf(p.out, "\r\x1b[K[%s%s] %3d%%  about %s left  %s",
		strings.Repeat("#", full), strings.Repeat(".", barWidth-full), int(100*p.share()), p.left().Round(time.Second), title)
}

// say prints a line of its own.
func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live && p.title != "" {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

// end takes the bar away. That all is done is said of a whole run only: one that was cut short has a report too.
func (p *progress) end() {
	close(p.ended)
	p.drawn.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
	if p.past >= p.whole && p.steps > 0 {
		_, _ = fmt.Fprintf(p.out, "100%%  all done in %s\n", time.Since(p.begun).Round(time.Second))
	}
	p.title = ""
}
