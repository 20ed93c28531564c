package vectors

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestOnlyAMissingDirectoryIsForgiven(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{"a/one.json": "1", "a/b/two.json": "2"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := read(filepath.Join(root, "elsewhere"), "a/one.json"); !errors.Is(err, errMissing) {
		t.Errorf("no directory: %v, want %v", err, errMissing)
	}
	for _, name := range []string{"a/three.json", "c", "empty"} {
		if _, err := read(root, name); err == nil || errors.Is(err, errMissing) {
			t.Errorf("%s: %v, want an error of its own", name, err)
		}
	}
	if files, err := read(root, "a"); err != nil || len(files) != 2 || string(files["a/b/two.json"]) != "2" {
		t.Errorf("a folder: %q, %v", files, err)
	}
	if files, err := read(root, "a/one.json"); err != nil || string(files["a/one.json"]) != "1" {
		t.Errorf("a file: %q, %v", files, err)
	}
}
