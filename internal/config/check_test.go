package config

import "testing"

func TestURLOfWhatIsListenedOn(t *testing.T) {
	for _, c := range []struct {
		address, cert, want string
	}{
		{"127.0.0.1:8080", "", "http://127.0.0.1:8080"},
		{"[::1]:8080", "", "http://[::1]:8080"},
		{"[::]:8443", "c", "https://localhost:8443"},
		{":8080", "", "http://localhost:8080"},
	} {
		s := Settings{TLSCert: c.cert}
		if got := s.IssuerFor(c.address); got != c.want {
			t.Errorf("IssuerFor(%q) = %q, want %q", c.address, got, c.want)
		}
	}
	s := Settings{Issuer: "https://login.example.com/t"}
	if got := s.IssuerFor("127.0.0.1:1"); got != s.Issuer {
		t.Errorf("IssuerFor = %q, want the one that is set", got)
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true, "localhost:1": true,
		":1": false, "0.0.0.0:1": false, "[::]:1": false, "10.0.0.1:1": false, "example.com:1": false, "nonsense": false,
	} {
		if got := Loopback(address); got != want {
			t.Errorf("Loopback(%q) = %v, want %v", address, got, want)
		}
	}
}

func TestKeysHaveAPlace(t *testing.T) {
	s := Settings{Database: ParseDSN("/var/x.db")}
	if got, err := s.KeyPath(); got != "/var/x.db.key" || err != nil {
		t.Errorf("KeyPath() = %q, %v", got, err)
	}
	s.Database = ParseDSN("postgres://db/x")
	if got, err := s.KeyPath(); err == nil {
		t.Errorf("KeyPath() = %q for a shared database, want an error", got)
	}
}

// FuzzFile holds that no file makes the parser panic, and that whatever it takes is a setting.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{"lease: 2s\n", "a: &x b\nlease: *x\n", "? [a]\n: b\n", "<<: {lease: 2s}\n", "\x00", "lease: !!binary aGk=\n", "---\n...\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		l, _ := parseFile("f", content)
		for name := range l.values {
			if _, ok := find(name); !ok {
				t.Errorf("took %q, which is no setting", name)
			}
		}
	})
}
