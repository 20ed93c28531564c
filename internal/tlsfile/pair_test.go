package tlsfile

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// issue writes a certificate for localhost and its key.
func issue(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// served shakes hands, and says which certificate was shown.
func served(t *testing.T, p *Pair, max uint16) (serial int64, err error) {
	t.Helper()
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		_ = tls.Server(server, p.Config()).Handshake()
	}()
	c := tls.Client(client, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: max}) //nolint:gosec // only which one is asked
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestANewPairIsServedAndABrokenOneIsNot(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	issue(t, cert, key, 1)
	p, err := Open(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reports, done := make(chan error, 10), make(chan error)
	go func() { done <- p.Run(ctx, func(err error) { reports <- err }) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	expect := func(serial int64) {
		t.Helper()
		if got, err := served(t, p, tls.VersionTLS13); got != serial || err != nil {
			t.Errorf("served certificate %d, %v, want %d", got, err, serial)
		}
	}
	expect(1)

	if err := os.WriteFile(cert, []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-reports; err == nil {
		t.Error("a broken certificate is reported as taken")
	}
	expect(1)

	issue(t, cert, key, 2)
	for deadline := time.After(time.Minute); ; {
		select {
		case err := <-reports:
			if err != nil {
				continue // seen between the two files
			}
		case <-deadline:
			t.Fatal("the new pair is not taken")
		}
		break
	}
	expect(2)
}

func TestOldProtocolsAreRefused(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	issue(t, cert, key, 1)
	p, err := Open(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := served(t, p, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is served")
	}
	if _, err := served(t, p, tls.VersionTLS12); err != nil {
		t.Errorf("TLS 1.2 is refused: %v", err)
	}
}

func TestOpenNeedsAPairThatFits(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	issue(t, cert, key, 1)
	issue(t, filepath.Join(dir, "c2.pem"), filepath.Join(dir, "k2.pem"), 2)
	for _, pair := range [][2]string{{cert, filepath.Join(dir, "k2.pem")}, {filepath.Join(dir, "none"), key}, {key, key}} {
		if _, err := Open(pair[0], pair[1]); err == nil {
			t.Errorf("Open(%v) = nil", pair)
		}
	}
}
