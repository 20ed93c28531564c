package archtest

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/house breaks every rule at least once, beside code that comes close and is right. Exactly the breaches in
// testdata/breaches.txt must be found: a rule that goes blind loses a line, one that goes too far adds one.
func TestExactlyTheBreachesAreFound(t *testing.T) {
	house, err := ReadHouse("testdata/house/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := Load("testdata/house")
	if err != nil {
		t.Fatal(err)
	}
	got, err := house.Breaches(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/breaches.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(data)), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("breaches (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeReadIsAnErrorNotABreach(t *testing.T) {
	if _, err := Load("testdata"); err == nil {
		t.Error("Load of a folder without go.mod: no error")
	}
	broken := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module broken\n", "half.go": "package half\n\nfunc"} {
		if err := os.WriteFile(broken+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(broken); err == nil {
		t.Error("Load of a file that does not parse: no error")
	}
}
