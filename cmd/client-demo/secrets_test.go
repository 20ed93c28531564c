package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	random "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/serverkey"
)

// overheard is a run of the demo, with the secrets that were in use in it and all that it printed and wrote.
type overheard struct {
	err    error
	took   time.Duration
	stdout []byte
	kept   []net.PacketConn

	mu      sync.Mutex
	secrets map[string]string // what they are, by what must not be seen; guarded by mu
	left    map[string][]byte // what was left where
	keys    map[string]bool   // files that hold the server's key and nothing else, by path: where it belongs
}

// tellOnce has the story told once for all tests: it takes a while.
func tellOnce(t *testing.T) *overheard {
	t.Helper()
	told := telling()
	if told.err != nil {
		t.Fatalf("the demo: %v\n%s", told.err, told.stdout)
	}
	return told
}

var telling = sync.OnceValue(func() *overheard {
	o := &overheard{secrets: map[string]string{}, left: map[string][]byte{}, keys: map[string]bool{}}
	dir, err := os.MkdirTemp("", "client-demo-test-*")
	if err != nil {
		o.err = err
		return o
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var stdout bytes.Buffer
	d := newDemo(dir, &stdout)
	d.settings, d.secret, d.ended, d.stopped = o.talkative, o.hear, o.lookAtMetrics, o.findKeys
	begun := time.Now()
	err = d.run(ctx)
	o.took, o.stdout = time.Since(begun), stdout.Bytes()
	o.err = errors.Join(o.err, err, o.lookAtFiles(dir))
	o.left["stdout"] = o.stdout
	return o
})

// talkative has a daemon say all that it ever says.
func (o *overheard) talkative(s *config.Settings) {
	s.LogLevel = "debug"
	file, _ := s.Database.File()
	s.AuditLog = file + ".audit"
	// A port below those that a system hands out by itself. The UDP port of that number is kept, by which other tests know that it is taken.
	const first, last = 20_000, 32_000
	for {
		address := fmt.Sprint("127.0.0.1:", first+random.IntN(last-first))
		kept, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		o.kept = append(o.kept, kept)
		if l, err := net.Listen("tcp", address); err == nil {
			s.AdminListen = address
			_ = l.Close()
			return
		}
	}
}

func (o *overheard) hear(kind, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.secrets[text] = kind
	if _, secret, ok := strings.Cut(text, "_"); ok && kind != "internal token" {
		o.secrets[secret] = kind + " without its prefix"
	}
	if i := strings.LastIndexByte(text, '.'); i > 0 {
		o.secrets[text[i+1:]] = kind + "'s signature"
	}
}

func (o *overheard) lookAtMetrics(in *installation) {
	for _, path := range []string{"/metrics", "/readyz", "/livez"} {
		resp, err := http.Get("http://" + in.settings.AdminListen + path)
		if err != nil {
			o.err = errors.Join(o.err, err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		o.err = errors.Join(o.err, err)
		o.left[in.mode.name+" "+path] = body
	}
}

// findKeys is for when a daemon writes no more.
func (o *overheard) findKeys(in *installation) {
	o.left[in.mode.name+" log"] = in.log.Bytes()
	keyFile, err := in.settings.KeyPath()
	o.keys[keyFile] = true
	o.err = errors.Join(o.err, err, o.hearKeys(in, keyFile))
}

// lookAtFiles reads whatever the demo left in its folder, the only place that it writes to, but for the key files.
func (o *overheard) lookAtFiles(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || o.keys[path] {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		o.left[name], err = os.ReadFile(path)
		return err
	})
}

// hearKeys learns the server's key, what is derived from it, and the signing keys that lie sealed in the database.
func (o *overheard) hearKeys(in *installation, keyFile string) error {
	ring, err := serverkey.Read(keyFile)
	if err != nil {
		return err
	}
	line, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	server, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(line)))
	if err != nil {
		return err
	}
	sealing, err := ring.Sealing()
	succession, err2 := ring.Succession()
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	under, err := hkdf.Key(sha256.New, sealing[0], nil, "introspectd signing keys at rest", 32)
	if err != nil {
		return err
	}
	for kind, key := range map[string][]byte{"server key": server, "sealing key": sealing[0], "succession key": succession[0], "key under which keys are sealed": under} {
		o.secrets[string(key)] = kind
	}
	database, _ := in.settings.Database.File()
	return o.hearSigningKeys(database, in.settings.SigningAlg, under)
}

// hearSigningKeys wants keys of the algorithm that is configured. The demo leaves that alone, so it is EdDSA.
func (o *overheard) hearSigningKeys(database, configured string, under []byte) error {
	block, err := aes.NewCipher(under)
	if err != nil {
		return err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", database)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query("SELECT id, algorithm, sealed FROM signing_keys")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, algorithm string
		var sealed []byte
		if err := rows.Scan(&id, &algorithm, &sealed); err != nil {
			return err
		}
		der, err := aead.Open(nil, sealed[5:17], sealed[17:], fmt.Appendf(nil, "introspectd signing key\x00%s\x00%s", id, algorithm))
		if err != nil {
			return fmt.Errorf("open signing key %s: %w", id, err)
		}
		key, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			return err
		}
		parts := private(key)
		if len(parts) == 0 || algorithm != configured {
			return fmt.Errorf("signing key %s: a %T for %s, where %s is configured", id, key, algorithm, configured)
		}
		for _, part := range parts {
			o.secrets[string(part)] = "signing key of " + algorithm
		}
	}
	return rows.Err()
}

// private are the numbers each of which is as good as the key. The whole of it, as it is sealed, has them in it.
func private(key any) [][]byte {
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return [][]byte{k.Seed()}
	case *ecdsa.PrivateKey:
		if d, err := k.Bytes(); err == nil {
			return [][]byte{d}
		}
	case *rsa.PrivateKey:
		parts := [][]byte{k.D.Bytes()}
		for _, prime := range k.Primes {
			parts = append(parts, prime.Bytes())
		}
		return parts
	}
	return nil
}

func TestOfAKeyOfEachAlgorithmTheSecretPartsAreSought(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	ec, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rs, err3 := rsa.GenerateKey(rand.Reader, 2048)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	for algorithm, c := range map[string]struct {
		key   any
		parts int
	}{"EdDSA": {ed, 1}, "ES256": {ec, 1}, "RS256": {rs, 3}} {
		der, err := x509.MarshalPKCS8PrivateKey(c.key)
		if err != nil {
			t.Fatal(err)
		}
		parts := private(c.key)
		if len(parts) != c.parts {
			t.Errorf("%s: %d parts, want %d", algorithm, len(parts), c.parts)
		}
		for i, part := range parts {
			if len(part) < 32 || !bytes.Contains(der, part) {
				t.Errorf("%s: part %d (%d bytes) is not in the key", algorithm, i, len(part))
			}
		}
	}
}

// spellings are the forms in which bytes may turn up: as they are, in hexadecimal, and in base64 at each of the places where they may begin
// in a longer text.
func spellings(secret string) (out [][]byte) {
	out = append(out, []byte(secret), []byte(hex.EncodeToString([]byte(secret))), []byte(strings.ToUpper(hex.EncodeToString([]byte(secret)))))
	for shift := range 3 {
		longer := append(make([]byte, shift), secret...)
		longer = longer[:len(longer)/3*3]
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			text := e.EncodeToString(longer)
			out = append(out, []byte(text[(shift*8+5)/6:])) // the first characters hold bits of what is before it
		}
	}
	return out
}

func TestNothingSecretIsPrintedOrWritten(t *testing.T) {
	told := tellOnce(t)
	kinds := map[string]int{}
	for secret, kind := range told.secrets {
		kinds[kind]++
		for _, form := range spellings(secret) {
			for where, text := range told.left {
				if i := bytes.Index(text, form); i >= 0 {
					t.Errorf("%s: %q is in %s, at byte %d: %q", kind, form, where, i, text[max(0, i-60):min(len(text), i+20)])
				}
			}
		}
	}
	t.Logf("%d secrets sought in %d places: %v", len(told.secrets), len(told.left), kinds)
	if len(told.keys) != len(modes) {
		t.Errorf("%d key files were left out of the search, want %d", len(told.keys), len(modes))
	}

	// What is sought in nothing, or in the wrong place, is never found.
	for kind, least := range map[string]int{
		"access token": len(modes), "refresh token": len(modes), "client secret": len(modes) * (len(chain) + 2), "internal token": 2 * len(chain),
		"internal token's signature": 2 * len(chain), "server key": len(modes), "signing key of EdDSA": len(modes), "sealing key": len(modes), "succession key": len(modes),
	} {
		if kinds[kind] < least {
			t.Errorf("%d secrets of the kind %s are known, want at least %d", kinds[kind], kind, least)
		}
	}
	for _, m := range modes {
		for where, word := range map[string]string{
			m.name + " log": `"level":"DEBUG"`, m.name + ".db.audit": `"log":"audit"`, m.name + " /metrics": "introspectd_", m.name + ".db": "alice",
		} {
			if !bytes.Contains(told.left[where], []byte(word)) {
				t.Errorf("%s (%d bytes) does not hold %q: not what was to be searched", where, len(told.left[where]), word)
			}
		}
	}
}

func TestASecretIsFoundInEachSpelling(t *testing.T) {
	secret := []byte{0, 0xff, 'a', 0xfe, 0xfd, 'b', 'c', 0x7f, 0x80, 'd', 'e', 0xfb, 0xf0}
	for name, text := range map[string]string{
		"as it is": "x" + string(secret), "%x": fmt.Sprintf("key=%x", secret), "%X": fmt.Sprintf("%X", secret),
		"std":     base64.StdEncoding.EncodeToString(secret),
		"url":     base64.RawURLEncoding.EncodeToString(secret),
		"after 1": base64.StdEncoding.EncodeToString(append([]byte("1"), secret...)),
		"after 2": base64.RawURLEncoding.EncodeToString(append([]byte("12"), secret...)),
		"within":  base64.StdEncoding.EncodeToString(append(append([]byte("1234"), secret...), "and more"...)),
	} {
		found := false
		for _, form := range spellings(string(secret)) {
			found = found || bytes.Contains([]byte(text), form)
		}
		if !found {
			t.Errorf("%s: not found in %q", name, text)
		}
	}
}
