package run

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

// peer is another server that answers RFC 7662.
type peer struct {
	name          string
	address, path string
	tokens        string // file
	id            string
	authorization string // header line
}

// peerVariable and a peer's name in capitals is where its credentials may be: a command line can be read by everybody on the machine.
const peerVariable = "BENCHMARKS_PEER_"

const maxPeers = 10

func (o *options) parsePeers(texts []string) error {
	if len(texts) > maxPeers {
		return fmt.Errorf("-peer: %d of them, want at most %d", len(texts), maxPeers)
	}
	for _, text := range texts {
		p, err := parsePeer(text, os.Getenv)
		if err != nil {
			return fmt.Errorf("-peer %.40s: %w", p.name, err)
		}
		o.peers = append(o.peers, p)
	}
	return nil
}

// parsePeer repeats nothing of the URL in its errors: it may hold a password.
func parsePeer(text string, env func(string) string) (peer, error) {
	name, rest, found := strings.Cut(text, "=")
	p := peer{name: name}
	if !found || name == "" || strings.ContainsAny(name, ":/@?") {
		return peer{name: "?"}, errors.New("is not name=url,tokens=FILE")
	}
	at, file, found := strings.Cut(rest, ",tokens=")
	if !found || file == "" {
		return p, errors.New("names no file with tokens, as in name=url,tokens=FILE")
	}
	p.tokens = file
	u, err := url.Parse(at)
	if err != nil || u.Host == "" {
		return p, errors.New("its URL cannot be read")
	}
	if u.Scheme != "http" {
		return p, errors.New("only http is spoken here: put the server itself beside ours, not its TLS")
	}
	if p.address, err = loopback(u.Host); err != nil {
		return p, err
	}
	if p.path = u.RequestURI(); u.Path == "" {
		return p, errors.New("its URL has no path: it is that of the introspection endpoint")
	}
	password, _ := u.User.Password()
	p.id = u.User.Username()
	if u.User == nil {
		p.id, password, found = strings.Cut(env(peerVariable+variable(name)), ":")
		if !found {
			return p, fmt.Errorf("has no credentials, in its URL or in %s as id:secret", peerVariable+variable(name))
		}
	}
	// RFC 6749 §2.3.1: both are form-encoded first.
	p.authorization = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(p.id)+":"+url.QueryEscape(password)))
	return p, nil
}

func variable(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
}

// loopback is the address of a host on this machine, which is the only one that load is put on.
func loopback(hostport string) (string, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return "", errors.New("its URL has no port")
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.Unmap().IsLoopback() {
		return "", errors.New("is not on this machine (127.0.0.1): load is put on nobody else")
	}
	return net.JoinHostPort(host, port), nil
}

// maxTokens of a peer are read; more are not asked about.
const maxTokens = 100_000

// readTokens reads a file with one token a line.
func readTokens(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []string
	lines := bufio.NewScanner(f)
	for lines.Scan() && len(out) < maxTokens {
		if text := strings.TrimSpace(lines.Text()); text != "" {
			out = append(out, text)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no tokens", path)
	}
	return out, nil
}
