package serverkey

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestAKeyFileIsMadeOnceAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db.key")
	first, made, err := ReadOrMake(path)
	if err != nil || !made {
		t.Fatalf("ReadOrMake = %v, %v", made, err)
	}
	again, made, err := ReadOrMake(path)
	if err != nil || made || !bytes.Equal(first.text(), again.text()) {
		t.Errorf("the second call made %v, %v, or read another key", made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
}

func TestManyWhoStartAtOnceUseOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	rings := make([]Ring, 16)
	var group sync.WaitGroup
	for i := range rings {
		group.Go(func() {
			var err error
			if rings[i], _, err = ReadOrMake(path); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, r := range rings {
		if !bytes.Equal(r.text(), rings[0].text()) {
			t.Fatal("two processes have different keys")
		}
	}
}

func TestWhatIsNoKeyFileIsRefusedAndLeftAlone(t *testing.T) {
	good := string(New().text())
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"open to the group", good, 0o640, "mode 0640"},
		{"open to all", good, 0o604, "chmod 600"},
		{"empty", "", 0o600, "holds no key"},
		{"not base64", "nonsense nonsense\n", 0o600, "line 1 is not 32 bytes"},
		{"short key", good + "c2hvcnQ=\n", 0o600, "line 2 is not 32 bytes"},
		{"too many", strings.Repeat(good, 9), 0o600, "more than 8 keys"},
		{"too large", strings.Repeat("# padding\n", 2000), 0o600, "larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "k")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, _, err := ReadOrMake(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one that names %s and says %q", err, path, c.want)
			}
			if strings.Contains(fmt.Sprint(err), "nonsense") {
				t.Errorf("error %v shows what is in the file", err)
			}
			if now, _ := os.ReadFile(path); string(now) != c.text {
				t.Error("the file was changed")
			}
		})
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("a directory is taken for a key file")
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	r := New()
	text := strings.TrimSpace(string(r.text()))
	j, err := r.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %+v %#v %s %s", r, r, r, r.LogValue(), j)
	if strings.Contains(out, text) || strings.Contains(out, "[]byte") || strings.Contains(out, "[[") {
		t.Errorf("printed %s", out)
	}
}

func TestPurposesAndKeysDoNotShare(t *testing.T) {
	two, err := Parse(string(New().text()) + "# old\n\n" + string(New().text()))
	if err != nil {
		t.Fatal(err)
	}
	a, err := two.Succession()
	if err != nil {
		t.Fatal(err)
	}
	b, err := two.derive("another purpose")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range append(append(a, b...), two.keys...) {
		if len(k) != 32 || seen[string(k)] {
			t.Errorf("a derived key is %d bytes long, or there twice", len(k))
		}
		seen[string(k)] = true
	}
	again, _ := two.Succession()
	if !bytes.Equal(again[0], a[0]) {
		t.Error("the same key derives different keys")
	}
}
