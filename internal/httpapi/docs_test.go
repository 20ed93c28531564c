package httpapi

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/hybrid/keyring"
	"github.com/introspectd/introspectd/introspect"
	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

func TestEveryEndpointAndMetadataMemberIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/http.md")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{
		Issuer: "https://id.example", Sessions: new(session.Service), Answers: new(introspect.Service), Callers: caller.NewRegistry(nil, nil),
		Metrics: http.NotFoundHandler(), Hybrid: &Hybrid{new(hybrid.Exchanger), new(hybrid.Reader), new(keyring.Ring), new(revocation.Node), time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(s.public.Routes(), s.admin.Routes()...) {
		if heading := "`" + r.Method + " " + strings.ReplaceAll(r.Path, ":id", "{id}") + "`"; r.Method != http.MethodHead && !strings.Contains(string(text), heading) {
			t.Errorf("docs/http.md does not speak of %s", heading)
		}
	}
	var members map[string]any
	if err := json.Unmarshal(s.metadata.with([]string{"EdDSA"}), &members); err != nil {
		t.Fatal(err)
	}
	for name := range members {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/http.md does not speak of the metadata's member %s", name)
		}
	}
}
