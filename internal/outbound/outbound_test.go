package outbound_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/introspectd/introspectd/internal/outbound"
)

func TestCredentialsGoToWholeURLsThatNobodyReadsAlong(t *testing.T) {
	for _, c := range []struct {
		url, words string // none: it is in order
		plainText  bool
	}{
		{url: "https://id.example/introspect"},
		{url: "http://localhost:8080/"},
		{url: "http://127.8.8.8/"},
		{url: "http://[::1]:1/"},
		{url: "http://[::ffff:127.0.0.1]/"},
		{url: "http://id.example/", plainText: true},
		{url: "http://id.example/", words: "plain http"},
		{url: "http://localhost.example/", words: "plain http"},
		{url: "http://127.0.0.1.example/", words: "plain http"},
		{url: "http://0.0.0.0/", words: "plain http"},
		{url: "http://[::]/", words: "plain http"},
		{url: "http://2130706433/", words: "plain http"},
		{url: "ftp://id.example/", words: "neither https nor http", plainText: true},
		{url: "", words: "absolute"},
		{url: "/introspect", words: "absolute"},
		{url: "id.example/introspect", words: "absolute"},
		{url: "https:id.example", words: "absolute"},
		{url: "https://u:canary@id.example/", words: "user information"},
		{url: "https://id.example/?canary", words: "query"},
		{url: "https://id.example/?", words: "query"},
		{url: "https://id.example/#canary", words: "fragment"},
		{url: "https://u:canary@id.example:port/", words: "not a URL"},
	} {
		err := outbound.CheckURL("the endpoint", c.url, c.plainText)
		switch {
		case (err == nil) != (c.words == ""), err != nil && !strings.Contains(err.Error(), c.words):
			t.Errorf("CheckURL(%q, plain text %v) = %v, want words about %q", c.url, c.plainText, err, c.words)
		case err != nil && (strings.Contains(err.Error(), "canary") || !strings.HasPrefix(err.Error(), "the endpoint ")):
			t.Errorf("CheckURL(%q) = %v: it repeats the URL, or does not say which it is", c.url, err)
		}
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	followed := 0
	far := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed++ }))
	defer far.Close()
	near := httptest.NewServer(http.RedirectHandler(far.URL, http.StatusTemporaryRedirect))
	defer near.Close()
	for name, from := range map[string]*http.Client{
		"none":                  nil,
		"one that would follow": {Transport: near.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }},
	} {
		client := outbound.Client(from)
		resp, err := client.Get(near.URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		client.CloseIdleConnections()
		if resp.StatusCode != http.StatusTemporaryRedirect || followed != 0 {
			t.Errorf("from %s: status %d, followed %d times", name, resp.StatusCode, followed)
		}
	}
}

func TestTheClientThatWasGivenStaysAsItWas(t *testing.T) {
	given := &http.Client{}
	if outbound.Client(given) == given || given.CheckRedirect != nil {
		t.Error("somebody else's client was changed")
	}
}
