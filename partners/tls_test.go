package partners_test

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
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

// authority is a certificate authority of our own, and a server's certificate from it, in files.
type authority struct {
	file, cert, key string
	roots           *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "partners' authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "introspectd"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootKey, leafKey := newKey(t), newKey(t)
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, leafKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	a := &authority{
		file: writePEM(t, dir, "ca.pem", "CERTIFICATE", rootDER), cert: writePEM(t, dir, "server.pem", "CERTIFICATE", leafDER),
		key: writePEM(t, dir, "server.key", "PRIVATE KEY", keyDER), roots: x509.NewCertPool(),
	}
	parsed, err := x509.ParseCertificate(rootDER)
	if err != nil {
		t.Fatal(err)
	}
	a.roots.AddCert(parsed)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, dir, name, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// client trusts this authority and no other.
func (a *authority) client() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.roots}, ForceAttemptHTTP2: true}}
}

func (a *authority) flags() []string { return []string{"--tls-cert", a.cert, "--tls-key", a.key} }

func TestClientsInGoWorkOverTLS(t *testing.T) {
	a := newAuthority(t)
	d := start(t, a.client(), a.flags()...)
	if !strings.HasPrefix(d.issuer, "https://127.0.0.1:") {
		t.Fatalf("issuer %s", d.issuer)
	}
	server, heard := resourceServer(t, d, "orders-api", d.secrets["orders-api"])
	party, _ := relyingParty(t, d, oauth2.AuthStyleInHeader, d.secrets["web"])
	session := d.open(t, "orders")
	got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, session.Access)
	if err != nil {
		t.Fatal(err)
	}
	heard.last(t).active(t, expected{d.issuer, []string{"orders"}, scopes["orders"]})
	isAlice(t, got, d.issuer, "orders")

	hc, _ := d.recording()
	token, err := refresher(t, d, hc, oauth2.AuthStyleInHeader, session).Token()
	if err != nil {
		t.Fatal(err)
	}
	if err := rp.RevokeToken(t.Context(), party, token.RefreshToken, "refresh_token"); err != nil {
		t.Fatal(err)
	}
	for _, dead := range []string{session.Access, token.AccessToken} {
		if got, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, dead); err != nil || got.Active {
			t.Errorf("after its refresh token was revoked: %+v, %v, want inactive", got, err)
		}
		heard.last(t).inactive(t)
	}
	// The same client without the authority refuses the daemon: it was the certificate that let it in.
	if _, err := rs.NewResourceServerClientCredentials(t.Context(), d.issuer, "orders-api", "x"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without the authority: %v", err)
	}
}

func TestTLSBefore12IsRefused(t *testing.T) {
	a := newAuthority(t)
	d := start(t, a.client(), a.flags()...)
	address := strings.TrimPrefix(d.issuer, "https://")
	for version, taken := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: a.roots, MinVersion: version, MaxVersion: version})
		if err == nil {
			c.Close()
		}
		if (err == nil) != taken {
			t.Errorf("%s: %v, taken should be %v", tls.VersionName(version), err, taken)
		}
		// It is the server that says so (RFC 7662 §4, alert 70 of RFC 8446 §6.2), not a client that cannot speak it.
		if !taken && err != nil && !strings.Contains(err.Error(), "remote error: tls: protocol version not supported") {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	answer, err := http.Get("http://" + address + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP at the TLS port: %s", answer.Status)
	}
}
