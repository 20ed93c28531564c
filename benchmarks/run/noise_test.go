package run

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/introspectd/introspectd/benchmarks/process"
)

func TestWhatOthersUseIsNotOurs(t *testing.T) {
	begun := time.Unix(1_800_000_000, 0)
	at := func(seconds, busy, stolen, ours time.Duration) moment {
		return moment{
			at: begun.Add(seconds * time.Second), machine: process.Work{Busy: busy * time.Second, Stolen: stolen * time.Second}, ours: ours * time.Second, known: true,
		}
	}
	from, one := at(0, 100, 10, 40), time.Duration(processors)
	d, known := from.until(at(10, 100+6*one, 10+one, 40+4*one))
	if !known || d.Others != 0.2 || d.Stolen != 0.1 {
		t.Errorf("in 10 s all worked 6 s on each processor, we 4 of them, and 1 was stolen: %+v, %t", d, known)
	}
	if d, _ := from.until(at(10, 101, 10, 45)); d.Others != 0 { // counted a moment later
		t.Errorf("less than nothing is %+v", d)
	}
	if d, known := from.until(from); known {
		t.Errorf("in no time others had %+v", d)
	}
	if d, known := (moment{}).until(at(10, 200, 20, 50)); known {
		t.Errorf("from the unknown others had %+v", d)
	}
}

// A generator that works is ours, and so it is when it has ended.
func TestOurOwnWorkIsNotTakenForThatOfOthers(t *testing.T) {
	b := newBench(t)
	h, err := b.house(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	from := b.observe(t.Context())
	job := introspection(h.authorization(api(audience)), active, h.tokens)
	job.Connections, job.Window = 4, 500*time.Millisecond
	if _, err := b.ask(t.Context(), h.daemon, nil, job); err != nil {
		t.Fatal(err)
	}
	living := b.observe(t.Context())
	daemon, err := process.Of(h.daemon.child.PID())
	if err != nil {
		t.Fatal(err)
	}
	b.up.stop()
	ended := b.observe(t.Context())
	if living.ours <= from.ours {
		t.Errorf("we used %s before a generator asked a daemon, and %s after it", from.ours, living.ours)
	}
	// While it lived it was counted, and now that it has ended it is so once more and not twice; what its end took is little.
	if came := ended.ours - living.ours; came < -daemon.CPU*3/4 || came > daemon.CPU*3/4 {
		t.Errorf("%s became ours when a daemon ended that had used %s", came, daemon.CPU)
	}
}

// PostgreSQL and peers were there before us, but what they do for us is not what others do.
func TestAServerThatIsAskedIsNoOther(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	b := newBench(t)
	b.peers = []peer{{address: l.Addr().String()}, {address: "127.0.0.1:1"}}
	if diff := cmp.Diff(map[int]bool{os.Getpid(): true}, b.loaded(t.Context())); diff != "" {
		t.Errorf("processes that are ours meanwhile (-want +got):\n%s", diff)
	}
	_ = l.Close()
	if got := b.loaded(t.Context()); !got[os.Getpid()] {
		t.Errorf("a server that was found is lost: %v", got)
	}
}

func TestWhatAServerUsedThatHasEndedIsNotKnown(t *testing.T) {
	b := newBench(t)
	b.guests = map[int]bool{1 << 30: true} // more than any system has
	if m := b.observe(t.Context()); m.known {
		t.Errorf("%+v is known without a server's part", m)
	}
}
