package sqlstore

import (
	"path/filepath"
	"testing"
)

func TestTheIssuerIsTheOneThatWasSaidLast(t *testing.T) {
	s, err := Open(t.Context(), Config{DSN: filepath.Join(t.TempDir(), "issuer.db"), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	head := func() (seq int64) {
		page, err := s.Read(t.Context(), 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		return int64(page.Registry) + int64(page.Head)
	}
	before := head()
	for _, url := range []string{"", "https://a.example", "https://a.example", "https://b.example"} {
		if err := s.SetIssuer(t.Context(), url); err != nil {
			t.Fatalf("SetIssuer(%q) = %v", url, err)
		}
		if got, err := s.Issuer(t.Context()); err != nil || got != url {
			t.Errorf("Issuer() = %q, %v, want %q", got, err, url)
		}
	}
	if head() != before {
		t.Error("it is news in the log or the registry, which every holder would have to read")
	}
}
