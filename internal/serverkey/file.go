package serverkey

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile bounds a key file: eight keys and some words.
const maxFile = 16 << 10

// Read reads a key file that only its owner can read.
func Read(path string) (Ring, error) {
	f, err := os.Open(path)
	if err != nil {
		return Ring{}, fmt.Errorf("read key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return Ring{}, fmt.Errorf("read key file: %w", err)
	case !info.Mode().IsRegular():
		return Ring{}, fmt.Errorf("key file %s is not a file", path)
	case info.Mode().Perm()&0o077 != 0:
		return Ring{}, fmt.Errorf("key file %s has mode %04o: others can read it; chmod 600 it, and change the key if they may have", path, info.Mode().Perm())
	case info.Size() > maxFile:
		return Ring{}, fmt.Errorf("key file %s is larger than %d bytes", path, maxFile)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return Ring{}, fmt.Errorf("read key file: %w", err)
	}
	ring, err := Parse(string(text))
	if err != nil {
		return Ring{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return ring, nil
}

// ReadOrMake reads a key file, or makes it when there is none. Of several processes that make it at once, one does, and all use that.
func ReadOrMake(path string) (ring Ring, made bool, err error) {
	if ring, err = Read(path); !errors.Is(err, fs.ErrNotExist) {
		return ring, false, err
	}
	if err := write(path, New()); err != nil && !errors.Is(err, fs.ErrExist) {
		return Ring{}, false, fmt.Errorf("make key file: %w", err)
	} else if err == nil {
		made = true
	}
	ring, err = Read(path)
	return ring, made, err
}

// write puts the file in place complete or not at all, and never over another.
func write(path string, ring Ring) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(ring.text())
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	// A link fails where a rename would replace.
	if err := os.Link(tmp.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
