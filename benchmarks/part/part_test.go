package part

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/introspectd/introspectd/benchmarks/load"
)

func do(t *testing.T, word string, task, into any) error {
	t.Helper()
	in, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Run(t.Context(), word, bytes.NewReader(in), &out, io.Discard); err != nil {
		return err
	}
	return json.Unmarshal(out.Bytes(), into)
}

func TestTheLoadTellsWhatItSawAndWhatItCost(t *testing.T) {
	var calls atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			_, _ = io.WriteString(w, strings.Repeat("x", int(calls.Load())))
			return
		}
		calls.Add(1)
	}))
	defer s.Close()
	job := load.Job{
		Address: strings.TrimPrefix(s.URL, "http://"), Connections: 1, Window: 5 * time.Second, Count: 7,
		Request: load.Request{Method: "GET", Path: "/"}, Expect: load.Expect{Status: 200},
	}
	warm := job
	warm.Count = 3
	var o Outcome
	if err := do(t, Load, LoadTask{Warm: &warm, Jobs: []load.Job{job}, Servers: []int{os.Getpid()}, Pages: []string{s.URL + "/page"}}, &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Windows) != 1 || o.Windows[0].Right != 7 || len(o.Servers) != 1 || o.Servers[0].RSS == 0 || o.Wall <= 0 {
		t.Errorf("outcome %+v, want 7 right answers and a cost", o)
	}
	if len(o.Before) != 1 || len(o.Before[0]) != 3 || len(o.After[0]) != 10 {
		t.Errorf("pages %q and %q, want them read after the warm-up and after the window", o.Before, o.After)
	}
}

func TestWhatCannotBeDoneIsAnErrorOfThePart(t *testing.T) {
	for word, in := range map[string]string{
		"magic": "", Daemon: "", Service: "{}", Floor: "x", Load: `{"Jobs":[{"Address":"192.0.2.1:80"}]}`,
	} {
		err := Run(context.Background(), word, strings.NewReader(in), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("part %s = %v, want an error that names it", word, err)
		}
	}
}

func TestChecksAreTimedInRounds(t *testing.T) {
	var got []Checked
	if err := do(t, Checks, ChecksTask{Stretch: time.Millisecond, Rounds: 2, Tokens: 1000}, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 6 || got[5].Name != Verdict {
		t.Fatalf("checks %+v, want six, the last of them a guard's verdict", got)
	}
	for _, c := range got {
		if len(c.Rounds) != 2 || c.Rounds[0] <= 0 || c.Rounds[1] <= 0 {
			t.Errorf("%s took %v, want two rounds", c.Name, c.Rounds)
		}
	}
}
