package process

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Listening finds the process that listens on a port of this machine. It is an error when the system does not let us see whose it is.
func Listening(address string) (int, error) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, err
	}
	var sockets []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err == nil {
			sockets = append(sockets, listeners(string(text), uint16(port))...)
		}
	}
	if len(sockets) == 0 {
		return 0, fmt.Errorf("nobody is seen to listen on port %d", port)
	}
	return holder(sockets)
}

// listeners reads the inodes of listening sockets from a table as in proc_pid_net(5).
func listeners(table string, port uint16) []string {
	const (
		local, state, inode = 1, 3, 9
		listening           = "0A"
	)
	suffix := fmt.Sprintf(":%04X", port)
	var out []string
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > inode && strings.HasSuffix(f[local], suffix) && f[state] == listening {
			out = append(out, "socket:["+f[inode]+"]")
		}
	}
	return out
}

// holder looks through the open files of all processes that we may look at.
func holder(sockets []string) (int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		to, err := os.Readlink(file)
		if err != nil {
			continue // another user's, or closed by now
		}
		for _, socket := range sockets {
			if to == socket {
				return strconv.Atoi(strings.Split(file, "/")[2])
			}
		}
	}
	return 0, errors.New("the process that listens there is not ours to look at")
}
