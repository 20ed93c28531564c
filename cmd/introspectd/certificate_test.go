package main

import (
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
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// certificate NAME writes NAME.crt and NAME.key, for a server of that name.
func certificate(ts *testscript.TestScript, _ bool, args []string) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: args[0]}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	ts.Check(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	ts.Check(err)
	write := func(name, kind string, bytes []byte) {
		ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600))
	}
	write(args[0]+".crt", "CERTIFICATE", der)
	write(args[0]+".key", "PRIVATE KEY", pkcs8)
}

// shown URL NAME waits until the server shows that certificate, and wants no error before.
func shown(ts *testscript.TestScript, _ bool, args []string) {
	host := strings.TrimPrefix(args[0], "https://")
	var got string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		c, err := tls.Dial("tcp", host, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // only which one is asked
		ts.Check(err)
		got = c.ConnectionState().PeerCertificates[0].Subject.CommonName
		c.Close()
		if got == args[1] {
			return
		}
	}
	ts.Fatalf("%s shows certificate %s, want %s", args[0], got, args[1])
}
