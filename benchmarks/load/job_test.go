package load

import (
	"strings"
	"testing"
	"time"
)

func sound() Job {
	return Job{
		Address: "127.0.0.1:8080", Connections: 1, Window: time.Second,
		Request: Request{Method: "GET", Path: "/" + Mark}, Items: []string{"a"}, Expect: Expect{Status: 200},
	}
}

func TestOnlyLoopbackAddressesAreTargets(t *testing.T) {
	for _, address := range []string{
		"192.0.2.1:80", "10.0.0.1:8080", "0.0.0.0:80", "[::]:80", "[2001:db8::1]:80", "[::ffff:192.0.2.1]:80",
		"localhost:80", "example.com:80", "127.0.0.1", ":80", "", "127.0.0.1.example.com:80",
	} {
		j := sound()
		j.Address = address
		if err := j.check(); err == nil {
			t.Errorf("the target %q is taken, want it refused", address)
		}
	}
	for _, address := range []string{"127.0.0.1:80", "127.8.9.1:1", "[::1]:80", "[::ffff:127.0.0.1]:80"} {
		j := sound()
		j.Address = address
		if err := j.check(); err != nil {
			t.Errorf("the target %s: %v", address, err)
		}
	}
}

// The address cannot answer, so what is seen is that nobody tries.
func TestARunChecksItsTargetBeforeItConnects(t *testing.T) {
	j := sound()
	j.Address = "192.0.2.1:80"
	if _, err := Run(t.Context(), j); err == nil || !strings.Contains(err.Error(), "not a loopback address") {
		t.Errorf("Run = %v, want the target refused", err)
	}
}

func TestJobsWithoutBoundsOrSenseAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Job){
		"no window":               func(j *Job) { j.Window = 0 },
		"a window of hours":       func(j *Job) { j.Window = time.Hour },
		"no connections":          func(j *Job) { j.Connections = 0 },
		"too many connections":    func(j *Job) { j.Connections = 100_000 },
		"a negative count":        func(j *Job) { j.Count = -1 },
		"nothing expected":        func(j *Job) { j.Expect = Expect{} },
		"nothing to ask once":     func(j *Job) { j.Once, j.Items = true, nil },
		"no path":                 func(j *Job) { j.Request.Path = "" },
		"a line break in a line":  func(j *Job) { j.Request.Header = []string{"A: b\r\nC: d"} },
		"a line break in an item": func(j *Job) { j.Items = []string{"a\r\n"} },
		"an item to escape":       func(j *Job) { j.Items = []string{"a&b"} },
	} {
		j := sound()
		spoil(&j)
		if err := j.check(); err == nil {
			t.Errorf("%s: the job is taken, want it refused", name)
		}
	}
	j := sound()
	if err := j.check(); err != nil {
		t.Errorf("a sound job is refused: %v", err)
	}
}
