package process

import (
	"net"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheProcessThatListensIsFound(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if pid, err := Listening(address); err != nil || pid != os.Getpid() {
		t.Errorf("Listening(%s) = %d, %v, want this process, %d", address, pid, err, os.Getpid())
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if pid, err := Listening(address); err == nil {
		t.Errorf("Listening on a port that is closed = %d, want an error", pid)
	}
}

func TestOnlyListenersOfThePortCount(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0000 100 0 0 10 0
   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0000 100 0 0 10 0
`
	if diff := cmp.Diff([]string{"socket:[111]"}, listeners(table, 8080)); diff != "" {
		t.Errorf("listeners of port 8080 (-want +got):\n%s", diff)
	}
}
