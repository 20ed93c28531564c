package partners_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// manifest is what we read of package.json and package-lock.json.
type manifest struct {
	Version      string            `json:"version"`
	Dependencies map[string]string `json:"dependencies"`
	Packages     map[string]struct {
		Version   string `json:"version"`
		Resolved  string `json:"resolved"`
		Integrity string `json:"integrity"`
	} `json:"packages"`
}

func readManifest(path string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

// needNode finds the program and the installed clients. Where they are missing the test does not run, and says so; where all tests have
// to run it fails.
func needNode(t *testing.T) string {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("INTROSPECTD_TEST_ALL") != "" {
		missing = t.Fatalf
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("clients for Node.js are not tested: no program node")
	}
	wanted, err := readManifest("node/package.json")
	if err != nil || len(wanted.Dependencies) == 0 {
		t.Fatalf("node/package.json: %v", err)
	}
	for name, version := range wanted.Dependencies {
		got, err := readManifest(filepath.Join("node", "node_modules", name, "package.json"))
		if err != nil {
			missing("clients for Node.js are not tested: run npm ci in partners/node: %v", err)
		}
		if got.Version != version {
			t.Fatalf("%s %s is installed, and package.json says %s: run npm ci in partners/node", name, got.Version, version)
		}
	}
	return node
}

func TestTheLockFilePinsContentAndNoRegistry(t *testing.T) {
	wanted, err := readManifest("node/package.json")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := readManifest("node/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range wanted.Dependencies {
		if got := locked.Packages["node_modules/"+name].Version; got != version {
			t.Errorf("%s is locked at %q, want %s", name, got, version)
		}
	}
	for path, p := range locked.Packages {
		if path != "" && !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s has the integrity %q", path, p.Integrity)
		}
		if p.Resolved != "" {
			t.Errorf("%s comes from %s: install with --omit-lockfile-registry-resolved", path, p.Resolved)
		}
	}
}
