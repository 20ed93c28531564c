package load

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Job is one run's question.
type Job struct {
	Address     string // host:port; the host is a loopback IP address
	Connections int
	Request     Request
	Items       []string // what Mark stands for, in turn; with Once each is asked about one time only
	Once        bool
	Expect      Expect
	Capture     string // JSON member, a string, to keep from each right answer; "" keeps nothing

	Window time.Duration // asks nothing new after so long
	Count  int           // nor after so many requests; 0: no bound but Window

	// Rate, when not 0, makes it an open loop: so many requests a second arrive on average, at times drawn from Seed, whether or not
	// those before them were answered.
	Rate float64
	Seed uint64

	Trace bool // keep every call
	Acts  []Act
}

// Act is one request on the side, at a time of its own.
type Act struct {
	At      time.Duration // from the run's start
	Address string        // like the job's; "": the job's
	Request Request
	Status  int // of success
}

// Request is what is sent. Mark in path, header or body stands for the item.
type Request struct {
	Method string
	Path   string
	Header []string // whole lines, such as "Accept: application/json"; Host and Content-Length are added
	Body   string
}

// Mark is where the item goes.
const Mark = "{}"

// Expect is what a right answer looks like.
type Expect struct {
	Status   int
	Contains string // in the body; "": any body
}

// Bounds: a run is for minutes, not for hours, and a laptop has no more file descriptors.
const (
	maxConnections = 1024
	maxWindow      = 10 * time.Minute
	maxArrivals    = 20_000_000 // of a schedule, 8 bytes each
	maxActs        = 10_000
)

func (j *Job) check() error {
	if err := loopback(j.Address); err != nil {
		return err
	}
	switch {
	case j.Connections < 1 || j.Connections > maxConnections:
		return fmt.Errorf("%d connections, want 1 to %d", j.Connections, maxConnections)
	case j.Window <= 0 || j.Window > maxWindow:
		return fmt.Errorf("a window of %s, want more than 0s and at most %s", j.Window, maxWindow)
	case j.Count < 0:
		return fmt.Errorf("a count of %d", j.Count)
	case !(j.Rate >= 0) || j.Rate*j.Window.Seconds() > maxArrivals: // NaN too
		return fmt.Errorf("a rate of %g for %s, want at most %d arrivals", j.Rate, j.Window, maxArrivals)
	case j.Expect.Status == 0:
		return errors.New("no status is expected, so every answer would be right")
	case j.Once && len(j.Items) == 0:
		return errors.New("nothing to ask about once")
	case len(j.Acts) > maxActs:
		return fmt.Errorf("%d acts, want at most %d", len(j.Acts), maxActs)
	}
	for _, item := range j.Items {
		if !unreserved(item) {
			return errors.New("an item has characters that paths or forms would have to escape")
		}
	}
	for _, a := range j.Acts {
		if err := j.checkAct(a); err != nil {
			return err
		}
	}
	return j.Request.check()
}

func (j *Job) checkAct(a Act) error {
	if a.Address != "" {
		if err := loopback(a.Address); err != nil {
			return err
		}
	}
	if a.At < 0 || a.At > j.Window {
		return fmt.Errorf("an act at %s of a window of %s", a.At, j.Window)
	}
	return a.Request.check()
}

func (r *Request) check() error {
	if r.Method == "" || !strings.HasPrefix(r.Path, "/") {
		return fmt.Errorf("request %q %q has no method or no path", r.Method, r.Path)
	}
	for _, line := range append([]string{r.Method, r.Path}, r.Header...) {
		if strings.ContainsAny(line, "\r\n") {
			return errors.New("a line of the request has a line break")
		}
	}
	return nil
}

// loopback refuses names too: what they stand for may change between the check and the connection.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.Unmap().IsLoopback() {
		return fmt.Errorf("target %s is not a loopback address such as 127.0.0.1", address)
	}
	return nil
}

// unreserved is RFC 3986 §2.3: what needs no escaping anywhere.
func unreserved(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}
