package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// kills is how often the daemon is killed at a random moment, on one database.
const kills = 50

// TestWhatWasAnsweredSurvivesKill9 opens, refreshes and takes back under load, kills the daemon at a random moment, starts it again on
// the same file, and holds it to every answer it gave.
func TestWhatWasAnsweredSurvivesKill9(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	database := filepath.Join(t.TempDir(), "x.db")
	command(t, "audience", "add", "orders", "--scope", "read", "--caller", "web", "--database", database)
	m := &mortal{
		database: database,
		login:    command(t, "client", "add", "web", "--role", "login", "--database", database, "-o", "json")["client_secret"].(string),
		api:      command(t, "client", "add", "orders", "--role", "api", "--audience", "orders", "--database", database, "-o", "json")["client_secret"].(string),
	}
	for round := range kills {
		m.start(t)
		deeds := m.underLoad(t, time.Duration(20+random.IntN(120))*time.Millisecond)
		m.start(t)
		m.hold(t, deeds)
		m.kill(t)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	m.whole(t)
	if m.ended.Load() < kills || m.opened.Load() < kills {
		t.Errorf("%d sessions opened and %d taken back in %d rounds: too few to show anything", m.opened.Load(), m.ended.Load(), kills)
	}
	t.Logf("%d sessions opened, %d taken back, %d refreshed", m.opened.Load(), m.ended.Load(), m.refreshed.Load())
}

// mortal is a daemon in a process of its own.
type mortal struct {
	database, login, api string
	url                  string
	process              *exec.Cmd

	opened, ended, refreshed atomic.Int64
}

func (m *mortal) start(t *testing.T) {
	t.Helper()
	stderr := new(words)
	m.process = exec.Command("introspectd", "serve", "--listen", "127.0.0.1:0", "--database", m.database, "--log-level", "error", "--audit-log", "/dev/null", "--lease", "300ms")
	m.process.Stderr = stderr
	if err := m.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.process.Process.Kill() })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		if found := readyLine.FindStringSubmatch(stderr.String()); found != nil {
			m.url = found[1]
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready after a kill: %s", stderr)
		}
	}
}

func (m *mortal) kill(t *testing.T) {
	t.Helper()
	if err := m.process.Process.Kill(); err != nil { // SIGKILL
		t.Error(err)
	}
	_ = m.process.Wait()
}

// deed is one session and what became of it, as far as anybody was told.
type deed struct {
	subject, session, access, refresh string
	asked                             bool // a taking-back was sent
	answered                          bool // and said to be done
}

// underLoad works from a few callers and kills the daemon in the midst of it.
func (m *mortal) underLoad(t *testing.T, after time.Duration) []*deed {
	t.Helper()
	var mu sync.Mutex
	var deeds []*deed
	var dead atomic.Bool
	var callers sync.WaitGroup
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	// Whoever was killed before may still hold a lease, for all anybody knows: the first taking-back waits for that, once.
	for until := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) { // on a machine that stands still it may be 503
		if d := m.deed(client, 1); d != nil && d.answered {
			break
		}
		if time.Now().After(until) {
			t.Error("no first taking-back after a kill was answered")
			break
		}
	}
	for range 6 {
		callers.Go(func() {
			for n := 0; !dead.Load(); n++ {
				if d := m.deed(client, n); d != nil {
					mu.Lock()
					deeds = append(deeds, d)
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(after)
	m.kill(t)
	dead.Store(true)
	callers.Wait()
	client.CloseIdleConnections()
	return deeds
}

// deed opens a session and, most of the time, takes it back in one of the ways. Nil: the opening was not answered.
func (m *mortal) deed(client *http.Client, n int) *deed {
	d := &deed{subject: fmt.Sprintf("user-%d", rand.Int64())}
	var opened map[string]any
	body := fmt.Sprintf(`{"subject":%q,"audience":"orders","scope":"read"}`, d.subject)
	if m.send(client, http.MethodPost, "/sessions", "application/json", body, &opened) != http.StatusCreated {
		return nil
	}
	m.opened.Add(1)
	d.session, d.access, d.refresh = opened["session_id"].(string), opened["access_token"].(string), opened["refresh_token"].(string)
	status, form := 0, "application/x-www-form-urlencoded"
	switch n % 5 {
	case 0:
		return d // stays
	case 1:
		d.asked = true
		status = m.send(client, http.MethodDelete, "/sessions/"+d.session, "", "", nil)
	case 2:
		d.asked = true
		status = m.send(client, http.MethodDelete, "/sessions?subject="+d.subject, "", "", nil)
	case 3:
		d.asked = true
		status = m.send(client, http.MethodPost, "/revoke", form, url.Values{"token": {d.refresh}}.Encode(), nil)
	case 4:
		var next map[string]any
		if m.send(client, http.MethodPost, "/token", form, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {d.refresh}}.Encode(), &next) == http.StatusOK {
			m.refreshed.Add(1)
			d.access, d.refresh = next["access_token"].(string), next["refresh_token"].(string)
		}
		return d // the older access token lives on, and so does the session
	}
	if d.answered = status == http.StatusOK; d.answered {
		m.ended.Add(1)
	}
	return d
}

// send answers 0 when there was no answer.
func (m *mortal) send(client *http.Client, method, path, kind, body string, into any) int {
	req, err := http.NewRequest(method, m.url+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.SetBasicAuth("web", m.login)
	if path == "/introspect" {
		req.SetBasicAuth("orders", m.api)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || into != nil && json.Unmarshal(bytes.TrimSpace(text), into) != nil {
		return 0
	}
	return resp.StatusCode
}

// hold compares what the daemon says now with what it said before it was killed.
func (m *mortal) hold(t *testing.T, deeds []*deed) {
	t.Helper()
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	for _, d := range deeds {
		var answer struct{ Active *bool }
		status := 0
		for until := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			status = m.send(client, http.MethodPost, "/introspect", "application/x-www-form-urlencoded", "token="+d.access, &answer)
			if status != http.StatusServiceUnavailable || time.Now().After(until) {
				break
			}
		}
		switch {
		case status != http.StatusOK || answer.Active == nil:
			t.Errorf("introspection after a restart: status %d", status)
		case d.answered && *answer.Active:
			t.Errorf("session %s is active, but its taking-back was answered before the kill", d.session)
		case !d.asked && !*answer.Active:
			t.Errorf("session %s is inactive, but its opening was answered before the kill and nobody took it back", d.session)
		}
	}
}

// whole looks for rows that are half there.
func (m *mortal) whole(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+m.database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for what, query := range map[string]string{
		"tokens without a session":                 `SELECT count(*) FROM tokens t LEFT JOIN sessions s ON s.number = t.session WHERE s.id IS NULL`,
		"sessions without both tokens":             `SELECT count(*) FROM sessions s WHERE (SELECT count(DISTINCT kind) FROM tokens t WHERE t.session = s.number) <> 2`,
		"used refresh tokens without a successor":  `SELECT count(*) FROM tokens t WHERE t.used_ms > 0 AND NOT EXISTS (SELECT 1 FROM tokens n WHERE n.digest = t.successor)`,
		"ended sessions without an entry":          `SELECT count(*) FROM sessions s WHERE s.ended_seq > 0 AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.seq = s.ended_seq)`,
		"numbers missing in the log":               `SELECT seq - (SELECT count(*) FROM entries) FROM head`,
		"entries past the counter":                 `SELECT count(*) FROM entries WHERE seq > (SELECT seq FROM head)`,
		"faults that SQLite's own check has found": `SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
	} {
		var n int
		if err := db.QueryRow(query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %d (%v), want none", what, n, err)
		}
	}
}
