package process

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWrittenBytesAreReadByName(t *testing.T) {
	const io = "rchar: 9\nwchar: 8\nsyscr: 7\nsyscw: 6\nread_bytes: 5\nwrite_bytes: 4096\ncancelled_write_bytes: 3\n"
	if n, err := parseWritten(io); err != nil || n != 4096 {
		t.Errorf("parseWritten = %d, %v, want 4096", n, err)
	}
	for _, bad := range []string{"", "write_bytes: \n", "write_bytes: -1\n", "cancelled_write_bytes: 3\n"} {
		if n, err := parseWritten(bad); err == nil {
			t.Errorf("parseWritten(%q) = %d, want an error", bad, n)
		}
	}
}

func TestWrittenCountsWhatThisProcessWrites(t *testing.T) {
	before, err := Written(os.Getpid())
	if err != nil && os.Getenv("INTROSPECTD_TEST_ALL") == "" {
		t.Skip("this system does not tell how much a process writes: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "file"), make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	after, err := Written(os.Getpid())
	if err != nil || after < before {
		t.Errorf("Written = %d, then %d, %v", before, after, err)
	}
}
