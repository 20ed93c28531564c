// Package vectors reads the test vectors of other people, which lie beside the module's root in ../shared/vectors and are no part of this
// repository:
//
//   - Where that directory is missing, as in every clone, a test runs over the cases built into it, and a skipped subtest says what was not
//     read. Nothing fails, whatever the environment says.
//   - Where it is there, all of it must be: a file that cannot be read, or a folder without files, ends the test.
//
// They are outside the module, where go test does not look for changes before it repeats a result from its cache: -count=1 reads them again.
package vectors

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Read answers with a file of the vectors, or with what is built in; all says which.
func Read(t *testing.T, name, builtIn string) (data []byte, all bool) {
	t.Helper()
	files, all := load(t, name)
	if !all {
		return []byte(builtIn), false
	}
	return files[name], true
}

// Folder answers with each file below a folder of the vectors under its name there, or with what is built in; all says which.
func Folder(t *testing.T, name string, builtIn map[string]string) (files map[string][]byte, all bool) {
	t.Helper()
	found, all := load(t, name)
	files = map[string][]byte{}
	if !all {
		for file, text := range builtIn {
			files[file] = []byte(text)
		}
		return files, false
	}
	for file, data := range found {
		below, err := filepath.Rel(name, file)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.ToSlash(below)] = data
	}
	return files, true
}

func load(t *testing.T, name string) (files map[string][]byte, all bool) {
	t.Helper()
	root, err := beside()
	if err != nil {
		t.Fatal(err)
	}
	files, err = read(root, name)
	if errors.Is(err, errMissing) {
		t.Run("vectors "+name, func(t *testing.T) {
			t.Skipf("../shared/vectors is missing: %s was not read, only the built-in cases ran", name)
		})
		return nil, false
	}
	if err != nil {
		t.Fatalf("../shared/vectors is there, but not all of it: %v", err)
	}
	return files, true
}

var errMissing = errors.New("no test vectors")

// read answers with all files that the name stands for, by their names below the root.
func read(root, name string) (map[string][]byte, error) {
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return nil, errMissing
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(filepath.Join(root, name), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[below], err = os.ReadFile(path)
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no file", name)
	}
	return files, err
}

// beside is the directory next to the module's root; a test runs in the folder of its package.
func beside() (string, error) {
	root, err := os.Getwd()
	for err == nil && filepath.Dir(root) != root {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Dir(root)
	}
	return filepath.Join(root, "..", "shared", "vectors"), err
}
