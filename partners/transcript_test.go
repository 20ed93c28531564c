package partners_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// transcript is what a script prints.
type transcript struct {
	Said    map[string]said `json:"said"`
	Answers []answer        `json:"answers"`
}

// said is what a client made of an answer: a value, or the error that it threw.
type said struct {
	Value json.RawMessage `json:"value"`
	Error *struct {
		Message string   `json:"message"`
		Status  int      `json:"status"`
		Code    string   `json:"code"`    // the OAuth error, where the client read the body
		Schemes []string `json:"schemes"` // of the challenges, where it read those instead
	} `json:"error"`
}

// tell runs a script against a daemon, for one fresh session.
func tell(t *testing.T, node, script string, d *daemon, env ...string) transcript {
	t.Helper()
	files, err := filepath.Glob("node/*.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("scripts: %v, %v", files, err)
	}
	for _, file := range files {
		if _, err := os.ReadFile(file); err != nil { // so that go test knows what its remembered result depends on
			t.Fatal(err)
		}
	}
	session := d.open(t, "orders")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join("node", script))
	cmd.Env = append(os.Environ(), // arguments can be read by anybody on the machine
		"ISSUER="+d.issuer, "API_ID=orders-api", "API_SECRET="+d.secrets["orders-api"], "LOGIN_ID=web", "LOGIN_SECRET="+d.secrets["web"],
		"OTHER_SECRET="+d.secrets["billing-api"], "ACCESS_TOKEN="+session.Access, "REFRESH_TOKEN="+session.Refresh)
	cmd.Env = append(cmd.Env, env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", script, err, &stderr)
	}
	var tr transcript
	if err := json.Unmarshal(out, &tr); err != nil {
		t.Fatalf("node %s printed %q: %v", script, out, err)
	}
	return tr
}

// answer is the one that a step got from an endpoint.
func (tr transcript) answer(t *testing.T, step, endpoint string) answer {
	t.Helper()
	var found []answer
	for _, a := range tr.Answers {
		if a.Step == step && strings.Contains(a.Path, endpoint) {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d answers from %s, want 1; the client said %+v", len(found), endpoint, tr.Said[step].Error)
	}
	return found[0]
}
