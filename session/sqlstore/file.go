package sqlstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// unfit is why a file is not used. Its words are ours.
type unfit struct{ why string }

func (u *unfit) Error() string { return u.why }

// ErrUnsafe is why a database is refused that [Config].AllowUnsafe would open.
var ErrUnsafe = errors.New("the database is not safe")

// risky is an unfit database that may be used if somebody insists.
type risky struct{ unfit }

func (u *risky) Unwrap() error     { return &u.unfit }
func (u *risky) Is(err error) bool { return err == ErrUnsafe }

// checkFile says whether the database file may be opened, and whether there is one.
func checkFile(path string) (there bool, err error) {
	for _, p := range []string{path, path + "-journal", path + "-wal", path + "-shm"} {
		info, err := os.Lstat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return false, err
		}
		if p == path {
			there = true
			if err := checkHead(path, info); err != nil {
				return true, err
			}
		}
		if err := checkMode(info); err != nil {
			return true, fmt.Errorf("%s %w", p, err)
		}
	}
	return there, nil
}

// checkHead refuses what was never a database, before anything is written to it.
func checkHead(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return nil // checkMode has words for it
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if n > 0 && !bytes.Equal(head, []byte(magic)) {
		return &unfit{path + " is not an SQLite database; it was left as it is"}
	}
	return nil
}

// checkMode refuses links, pipes, directories and devices, because whoever can put one there would choose where we write, and files that
// others can read or write.
func checkMode(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return &unfit{"is a symbolic link; name the file itself"}
	case mode.IsDir():
		return &unfit{"is a directory"}
	case !mode.IsRegular():
		return &unfit{"is not a regular file"}
	case runtime.GOOS == "windows":
		return nil // has no such bits
	case mode.Perm()&0o077 != 0:
		return &unfit{fmt.Sprintf("is open to others (mode %04o); chmod 600 it", mode.Perm())}
	case mode.Perm()&0o200 == 0:
		return &unfit{fmt.Sprintf("is read-only (mode %04o)", mode.Perm())}
	}
	return nil
}

// createFile makes an empty file that only its owner reads. SQLite gives its companions the same mode, whatever the umask.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil // another process was quicker
	case errors.Is(err, fs.ErrNotExist):
		return &unfit{fmt.Sprintf("%s: its directory %s does not exist", path, filepath.Dir(path))}
	case err != nil:
		return err
	}
	return f.Close()
}

// checkWritable finds out before SQLite does, whose words would be about the database and not about the file.
func checkWritable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return f.Close()
}
