package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/introspectd/introspectd/session"
)

// before and after are how long calls are made on either side of the logout; after it, until what stays open is closed.
const (
	before = 1200 * time.Millisecond // less than half of the lifetimes: what was got in the beginning is still in use
	after  = time.Second
)

// tell runs the story in one mode: a login, calls, a logout in the midst of them, calls.
func (d *demo) tell(ctx context.Context, m mode) (_ outcome, err error) {
	in, err := d.install(ctx, m)
	if err != nil {
		return outcome{}, err
	}
	defer func() {
		d.ended(in)
		if stopped := in.stop(); err == nil {
			err = stopped
		}
		d.stopped(in)
	}()
	handle, err := in.logIn(ctx)
	if err != nil {
		return outcome{}, err
	}
	l := newLoad(in.holder(handle))
	calling, stop := context.WithCancel(ctx)
	defer stop()
	var calls sync.WaitGroup
	calls.Go(func() { l.run(calling, in.services) })
	time.Sleep(before / 2) // connections are made, what is remembered is
	questions, marked := in.asked.Load(), time.Now()
	time.Sleep(before / 2)
	questions = in.asked.Load() - questions
	asked := time.Now()
	err = in.logOut(ctx, handle)
	returned := time.Now()
	time.Sleep(m.open + after)
	stop()
	calls.Wait()
	if err != nil {
		return outcome{}, err
	}
	out := judge(m, in.services, l, asked, returned)
	out.perCall = float64(questions) / float64(l.count(marked, asked))
	return out, out.convincing()
}

// holder gives each caller what it would have in its hands: the user's handle, or in the modes with internal tokens the one that the edge has
// exchanged for it.
func (in *installation) holder(handle string) func(context.Context, *service) string {
	return func(ctx context.Context, s *service) string {
		if in.edge == nil {
			return handle
		}
		token, err := in.edge.token(ctx, session.Present(handle), s)
		if err != nil {
			return handle // which is no good there
		}
		return token
	}
}

// logIn is what a login service does once it knows who the user is.
func (in *installation) logIn(ctx context.Context) (token string, err error) {
	var audience, scope []string
	for _, s := range chain {
		audience, scope = append(audience, s.name), append(scope, s.scope)
	}
	body, err := json.Marshal(map[string]any{"subject": "alice", "audience": audience, "scope": strings.Join(scope, " ")})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, in.url+"/sessions", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.SetBasicAuth(loginClient, in.secrets[loginClient].Reveal())
	req.Header.Set("Content-Type", "application/json")
	var opened struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	if err := do(req, http.StatusCreated, &opened); err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	in.secret("access token", opened.AccessToken)
	in.secret("refresh token", opened.RefreshToken)
	return opened.AccessToken, nil
}

// logOut is what the user does.
func (in *installation) logOut(ctx context.Context, token string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, in.url+"/logout", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if err := do(req, http.StatusNoContent, nil); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}

func do(req *http.Request, want int, into any) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return err
	}
	if resp.StatusCode != want {
		return fmt.Errorf("%s, want %d", resp.Status, want)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(body, into)
}
