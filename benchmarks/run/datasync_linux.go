package run

import (
	"os"

	"golang.org/x/sys/unix"
)

// datasync makes a file's content durable, and of what the system knows about it only what is needed to find that: the least that a commit costs.
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}
