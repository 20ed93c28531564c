package partners_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// register has the shop's login service web, its gateway, and two APIs of which each sees its own part of a token.
func (d *daemon) register(t *testing.T) {
	t.Helper()
	for name, scope := range scopes {
		d.run(t, "audience", "add", name, "--scope", scope, "--caller", "web", "--caller", "gateway")
	}
	for id, flags := range map[string][]string{
		"web":         {"--role", "login"},
		"gateway":     {"--role", "gateway"},
		"orders-api":  {"--role", "api", "--audience", "orders"},
		"billing-api": {"--role", "api", "--audience", "billing"},
	} {
		var issued struct {
			Secret string `json:"client_secret"`
		}
		said := d.run(t, append([]string{"client", "add", id}, flags...)...)
		if err := json.Unmarshal(said, &issued); err != nil || issued.Secret == "" {
			t.Fatalf("client add %s said %q", id, said)
		}
		d.secrets[id] = issued.Secret
	}
}

func (d *daemon) run(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := d.command(append([]string{"--database", d.database}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("introspectd %s: %v: %s", strings.Join(args, " "), err, &stderr)
	}
	return stdout
}

// opened is the answer to POST /sessions.
type opened struct {
	Session string `json:"session_id"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int    `json:"expires_in"`
}

// scopes are those of each audience.
var scopes = map[string]string{"orders": "orders:read orders:write", "billing": "billing:read"}

// open logs alice in, as the login service does, for all that the audiences offer.
func (d *daemon) open(t *testing.T, audiences ...string) opened {
	t.Helper()
	var scope []string
	for _, name := range audiences {
		scope = append(scope, scopes[name])
	}
	body, err := json.Marshal(map[string]any{"subject": "alice", "audience": audiences, "scope": strings.Join(scope, " ")})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", d.issuer+"/sessions", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("web", d.secrets["web"])
	answer, err := d.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var o opened
	if err := json.NewDecoder(answer.Body).Decode(&o); err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("POST /sessions = %s, %v", answer.Status, err)
	}
	if !wholeHandle.MatchString(o.Access) || !wholeHandle.MatchString(o.Refresh) {
		t.Fatal("the tokens do not look like tokens") // and the log would be searched for the wrong thing
	}
	return o
}

// end logs out one session, as the login service does. When it returns, it is settled.
func (d *daemon) end(t *testing.T, o opened) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "DELETE", d.issuer+"/sessions/"+o.Session, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("web", d.secrets["web"])
	answer, err := d.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("DELETE /sessions/{id} = %s", answer.Status)
	}
}
