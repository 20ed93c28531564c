package httpapi_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// auditLine finds the one line about something.
func auditLine(t *testing.T, d *daemon, about string) string {
	t.Helper()
	for line := range strings.SplitSeq(d.log.String(), "\n") {
		if strings.Contains(line, `msg="`+about+`"`) {
			return line
		}
	}
	t.Errorf("no line about %q in:\n%s", about, d.log)
	return ""
}

func TestTheAuditLogSaysWhoDidWhatAndNeverAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		var known []string
		open := func(subject string) pair {
			p := d.open(subject)
			known = append(known, p.access, p.refresh)
			return p
		}
		p := open("alice")
		has := func(about string, parts ...string) {
			t.Helper()
			line := auditLine(t, d, about)
			for _, part := range append(parts, "request=", "from=192.0.2.1:1234") {
				if !strings.Contains(line, part) {
					t.Errorf("%s: no %s in %s", about, part, line)
				}
			}
		}
		has("session opened", "client=web", "session="+p.session, "subject=alice", "holder=web", "audience=orders", `token="access_token `)

		d.do(form("/revoke", "token", p.access), "shop")
		has("refused to revoke another client's token", "client=shop", "session="+p.session, "subject=alice")
		d.do(form("/revoke", "token", p.access), "web")
		has("token revoked", "client=web", "session="+p.session, "seq=1", "ended=0")

		d.do(form("/token", "grant_type", "refresh_token", "refresh_token", p.refresh), "web")
		time.Sleep(11 * time.Second)
		d.do(form("/token", "grant_type", "refresh_token", "refresh_token", p.refresh), "web")
		has("refresh token reused, session ended", "client=web", "session="+p.session, "subject=alice", "seq=2")

		p = open("bob")
		d.do(httptest.NewRequest(http.MethodDelete, "/sessions?subject=bob", nil), "root")
		has("sessions ended", "client=root", "by=subject", "key=bob", "ended=1", "seq=3")

		p = open("carol")
		out := httptest.NewRequest(http.MethodPost, "/logout", nil)
		out.Header.Set("Authorization", "Bearer "+p.access)
		d.do(out, "")
		has("session ended by its holder", "client=web", "session="+p.session, "subject=carol", "seq=4")

		wrong := form("/introspect", "token", p.access)
		wrong.SetBasicAuth("orders-api", "wrong-secret-canary")
		d.do(wrong, "")
		has("authentication failed", "client=orders-api", "endpoint=introspect")

		d.store.Fail(errPlug)
		d.do(form("/revoke", "token", p.access), "web")
		has("taking back failed", "endpoint=revoke")

		log := d.log.String()
		for _, secret := range append(known, "wrong-secret-canary", secrets["web"], secrets["root"]) {
			if strings.Contains(log, secret) || strings.Contains(log, base64.StdEncoding.EncodeToString([]byte(secret))) {
				t.Errorf("the log has a secret in it:\n%s", log)
			}
		}
	})
}

// Whatever is sent, a line of the log is a line of ours.
func TestInputsForgeNoLogLines(t *testing.T) {
	d := newDaemon(t)
	nasty := "x\r\nlevel=INFO msg=\"session ended\" client=root\x1b[31m\u2028\x00"
	req := form("/introspect", "token", nasty, "client_id", nasty, "client_secret", "wrong")
	req.Header["X-Request-Id"] = []string{nasty}
	req.RemoteAddr = nasty
	d.do(req, "")
	req = httptest.NewRequest(http.MethodDelete, "/sessions", nil)
	req.URL.RawQuery = "subject=x%0D%0Alevel%3DINFO+msg%3Dforged%1B%5B31m"
	d.do(req, "web")
	log := d.log.String()
	for line := range strings.SplitSeq(strings.TrimSuffix(log, "\n"), "\n") {
		if !strings.HasPrefix(line, "time=") || strings.ContainsAny(line, "\x1b\r\x00\u2028") {
			t.Errorf("line %q", line)
		}
	}
	if !strings.Contains(log, "not a client id") || !strings.Contains(log, `forged`) {
		t.Errorf("log: %s", log)
	}
}

func TestAFloodOfFailuresLeavesFewLinesAndACount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDaemon(t)
		flood := func(n int) {
			for range n {
				req := form("/introspect", "token", "x")
				req.SetBasicAuth("nobody", "wrong")
				d.do(req, "")
			}
		}
		flood(1000)
		if n := strings.Count(d.log.String(), "authentication failed"); n != 50 {
			t.Errorf("%d lines, want 50", n)
		}
		time.Sleep(time.Second)
		flood(1)
		if !strings.Contains(d.log.String(), "omitted=950") {
			t.Error("the next line does not say how many were left out")
		}
	})
}
