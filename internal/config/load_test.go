package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// load runs all sources; text is the file's content, "" for no file.
func load(t *testing.T, text string, environ, args []string) (*Loaded, error) {
	t.Helper()
	env, err := ReadEnvironment(environ, []string{"subject", "config"})
	if err != nil {
		return nil, err
	}
	src := Sources{Env: env, Flags: pflag.NewFlagSet("test", pflag.ContinueOnError)}
	AddFlags(src.Flags)
	if err := src.Flags.Parse(args); err != nil {
		return nil, err
	}
	if text != "" {
		src.File = filepath.Join(t.TempDir(), "i.yaml")
		if err := os.WriteFile(src.File, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Load(src)
}

func (l *Loaded) of(name string) (value, origin string) {
	for _, v := range l.Values {
		if v.Name == name {
			return v.Value, v.Origin
		}
	}
	return "", "no such setting"
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	file := "lease: 3s\nsession-ttl: 100h\naccess-token-ttl: 10m\n"
	environ := []string{"INTROSPECTD_LEASE=4s", "INTROSPECTD_SESSION_TTL=200h", "PATH=/bin"}
	l, err := load(t, file, environ, []string{"--lease=5s"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ name, value, origin string }{
		{"lease", "5s", "flag --lease"},
		{"session-ttl", "200h0m0s", "environment INTROSPECTD_SESSION_TTL"},
		{"access-token-ttl", "10m0s", "file :3"},
		{"sweep-interval", "1m0s", "default"},
	} {
		value, origin := l.of(want.name)
		if i := strings.LastIndex(origin, ":"); i > 0 && strings.HasPrefix(origin, "file ") {
			origin = "file " + origin[i:]
		}
		if value != want.value || origin != want.origin {
			t.Errorf("%s = %s from %s, want %s from %s", want.name, value, origin, want.value, want.origin)
		}
	}
	if s := l.Settings; s.Lease != 5*time.Second || s.AccessTokenTTL != 10*time.Minute || s.CacheEntries != 100000 {
		t.Errorf("settings = %+v", s)
	}
}

func TestEveryDefaultIsInOrder(t *testing.T) {
	l, err := load(t, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Database: ParseDSN("./introspectd.db"), Listen: "127.0.0.1:8080", ShutdownDelay: 200 * time.Millisecond,
		AccessTokenTTL: 15 * time.Minute, SessionTTL: 720 * time.Hour, RefreshWindow: 10 * time.Second,
		SigningAlg: "EdDSA", JWTTTL: time.Minute, KeyLead: time.Hour,
		Lease: 2 * time.Second, CacheEntries: 100000, SweepInterval: time.Minute,
		LogLevel: "info", LogFormat: "auto", AuditLog: "stderr",
	}
	if diff := cmp.Diff(want, l.Settings, cmp.Comparer(func(a, b DSN) bool { return a == b }), cmp.Comparer(func(a, b Secret) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrongIsNamedWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		name, file    string
		environ, args []string
		want          []string // all of them are in the error
	}{
		{"unknown key", "listen: 127.0.0.1:1\naccess-token-tll: 5m\n", nil, nil, []string{`i.yaml:2: unknown key "access-token-tll": did you mean access-token-ttl?`}},
		{"underscores", "access_token_ttl: 5m\n", nil, nil, []string{"did you mean access-token-ttl?"}},
		{"two at once", "lisen: x\nleese: 1s\n", nil, nil, []string{":1: unknown key \"lisen\"", ":2: unknown key \"leese\""}},
		{"twice", "lease: 2s\nlease: 3s\n", nil, nil, []string{"i.yaml:2: lease is set twice", "i.yaml:1"}},
		{"no unit", "lease: 2\n", nil, nil, []string{`i.yaml:1: lease: "2" has no unit: write 2s`}},
		{"no value", "issuer:\n", nil, nil, []string{"i.yaml:1: issuer: has no value"}},
		{"a list", "listen: [a, b]\n", nil, nil, []string{"i.yaml:1: listen: want one plain value"}},
		{"not YAML", "lease: 2s\n\t- x\n", nil, nil, []string{"i.yaml", "line 2"}},
		{"not a mapping", "- lease\n", nil, nil, []string{"i.yaml:1: want lines of the form key: value"}},
		{"two documents", "lease: 2s\n---\nlease: 3s\n", nil, nil, []string{"more than one document"}},
		{"key in the file", "key: c2VjcmV0\n", nil, nil, []string{`unknown key "key"`}},
		{"variable", "", []string{"INTROSPECTD_LISEN=x"}, nil, []string{"unknown variable INTROSPECTD_LISEN: did you mean INTROSPECTD_LISTEN?"}},
		{"variable's value", "", []string{"INTROSPECTD_LEASE=soon"}, nil, []string{`environment INTROSPECTD_LEASE: lease: "soon" is not a duration`}},
		{"flag's value", "", nil, []string{"--lease", "2"}, []string{"--lease", "has no unit"}},
		{"number", "cache-entries: many\n", nil, nil, []string{`:1: cache-entries: "many" is not a whole number`}},
		{"switch", "allow-plain-http: perhaps\n", nil, nil, []string{"neither true nor false"}},
		{"address", "listen: 8080\n", nil, nil, []string{`"8080" is not host:port`}},
		{"out of bounds", "lease: 5m\n", nil, nil, []string{"i.yaml:1: lease: 5m0s is not between 100ms and 1m0s"}},
		{"token outlives session", "", nil, []string{"--session-ttl", "5m"}, []string{"access-token-ttl", "15m0s is not between 1s and 5m0s"}},
		{"one half of TLS", "", nil, []string{"--tls-cert", "c.pem"}, []string{"tls-cert: needs tls-key", "flag --tls-cert"}},
		{"plain HTTP for all", "", nil, []string{"--listen", "0.0.0.0:8080"}, []string{"not a loopback address", "allow-plain-http"}},
		{"admin too", "", nil, []string{"--admin-listen", ":9090"}, []string{"admin-listen", "not a loopback address"}},
		{"issuer's slash", "", nil, []string{"--issuer", "https://a.example/"}, []string{`write "https://a.example"`}},
		{"issuer's query", "", nil, []string{"--issuer", "https://a.example/?x"}, []string{"more than scheme, host and path"}},
		{"issuer no URL", "", nil, []string{"--issuer", "a.example"}, []string{"is not a URL"}},
		{"level", "log-level: inof\n", nil, nil, []string{`"inof" is not one of debug, info, warn, error: did you mean info?`}},
		{"secret twice", "", []string{"INTROSPECTD_DATABASE=a", "INTROSPECTD_DATABASE_FILE=b"}, nil, []string{"INTROSPECTD_DATABASE and INTROSPECTD_DATABASE_FILE are both set"}},
		{"secret file gone", "", []string{"INTROSPECTD_DATABASE_FILE=/nowhere/x"}, nil, []string{"environment INTROSPECTD_DATABASE_FILE", "/nowhere/x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.file, c.environ, c.args)
			if err == nil {
				t.Fatalf("no error, want %q", c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestForeignVariablesAreLeftAlone(t *testing.T) {
	_, err := load(t, "", []string{
		"INTROSPECTD_SERVICE_HOST=10.0.0.1", "INTROSPECTD_SERVICE_PORT_HTTP=80", "INTROSPECTD_PORT=tcp://10.0.0.1:80",
		"INTROSPECTD_PORT_80_TCP_ADDR=10.0.0.1", "INTROSPECTD_TEST_ALL=1", "INTROSPECTD_SUBJECT=alice", "INTROSPECTD_ISSUER=",
	}, nil)
	if err != nil {
		t.Error(err)
	}
}

func TestEmptyFileAndCommentsSayNothing(t *testing.T) {
	for _, text := range []string{"\n", "# nothing\n", "---\n", "~\n"} {
		if _, err := load(t, text, nil, nil); err != nil {
			t.Errorf("Load(%q) = %v", text, err)
		}
	}
}

func TestSecretsComeByFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dsn")
	if err := os.WriteFile(path, []byte("postgres://u:hush@db/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := load(t, "", []string{"INTROSPECTD_DATABASE_FILE=" + path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Settings.Database.Reveal(); got != "postgres://u:hush@db/x" {
		t.Errorf("database = %q", got)
	}
	value, origin := l.of("database")
	if strings.Contains(value, "hush") || origin != "environment INTROSPECTD_DATABASE_FILE" {
		t.Errorf("shown as %q from %q", value, origin)
	}
}

func TestOneOfKeyAndKeyFile(t *testing.T) {
	environ := []string{"INTROSPECTD_KEY=hush"}
	l, err := load(t, "key-file: a\n", environ, nil)
	if err != nil || l.Settings.KeyFile != "" || l.Settings.Key.Reveal() != "hush" {
		t.Errorf("environment beside file: %+v, %v", l, err)
	}
	l, err = load(t, "", environ, []string{"--key-file", "b"})
	if err != nil || l.Settings.KeyFile != "b" || !l.Settings.Key.IsZero() {
		t.Errorf("flag beside environment: %+v, %v", l, err)
	}
	if _, err := load(t, "", append(environ, "INTROSPECTD_KEY_FILE=c"), nil); err == nil {
		t.Error("both in the environment are no error")
	}
}
