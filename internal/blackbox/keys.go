//go:build linux

package blackbox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/introspectd/introspectd/session"
)

// signed writes a JWT down that was made from a handle.
//
// A key that signs as soon as it is made is unknown to a service that has asked for the keys a moment before, and asks again some seconds later:
// until then it refuses what that key signed. That is no loss of a session, so nothing is premature about it.
func (in *Installation) signed(t *Token, jwt session.Handle) {
	by, err := signerOf(jwt)
	if err != nil {
		in.trouble("exchange", err.Error())
		return
	}
	in.mu.Lock()
	known := in.signers[by]
	in.signers[by] = true
	in.mu.Unlock()
	if !known {
		in.Perhaps(signer(by))
	}
	t.Signed = in.Issued(Token{Access: jwt, Session: t.Session, Subject: t.Subject, Client: t.Client, Signer: by, From: t.Number})
}

// signerOf reads who signed a JWT.
func signerOf(jwt session.Handle) (string, error) {
	head, _, _ := strings.Cut(jwt.Reveal(), ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return "", fmt.Errorf("the head of a JWT: %w", err)
	}
	var said struct {
		KeyID string `json:"kid"`
	}
	if err := json.Unmarshal(text, &said); err != nil || said.KeyID == "" {
		return "", fmt.Errorf("a JWT names no key: %s", text)
	}
	return said.KeyID, nil
}

// keyArgs are a command about signing keys.
func (in *Installation) keyArgs(args ...string) []string {
	return append(append([]string{"key"}, args...), "--key-file", in.keyFile)
}

// prepareKeys publishes the key that will sign next, before there is a service that could fetch the keys without it.
func (in *Installation) prepareKeys(ctx context.Context) error {
	if err := in.RotateKeys(ctx, false); err != nil {
		return err
	}
	out, err := in.Command(ctx, in.keyArgs("list", "-o", "json")...)
	if err != nil {
		return err
	}
	var list keyList
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return err
	}
	for _, d := range in.Daemons {
		if err := d.publishes(ctx, list); err != nil {
			return err
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, k := range list.Keys {
		in.signers[k.ID] = true
	}
	return nil
}

// keyList is what the command line lists, and also the set that a daemon publishes.
type keyList struct {
	Keys []keyName `json:"keys"`
}

type keyName struct {
	ID string `json:"kid"`
}

// publishes waits until a daemon has all keys of a list in its set: what a command has changed gets there a moment later.
func (d *Daemon) publishes(ctx context.Context, want keyList) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var set keyList
		d.door.send(ctx, d.door.kept, call{method: http.MethodGet, path: "/.well-known/jwks.json"}, &set)
		if !slices.ContainsFunc(want.Keys, func(k keyName) bool { return !slices.Contains(set.Keys, k) }) {
			return nil
		}
		select {
		case <-time.After(d.in.Lease / 50):
		case <-ctx.Done():
			return fmt.Errorf("%s does not publish all keys: %w", d.Label, ctx.Err())
		}
	}
}

// RotateKeys has another key sign at once, or publishes the one that will be the next: when the one that signs is taken back, at once as well.
func (in *Installation) RotateKeys(ctx context.Context, atOnce bool) error {
	args := in.keyArgs("rotate")
	if atOnce {
		args = append(args, "--now")
	}
	_, err := in.Command(ctx, args...)
	return err
}
