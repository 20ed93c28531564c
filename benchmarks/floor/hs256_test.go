package floor

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHS256TakesWhatTheKeySignedUntilItsEnd(t *testing.T) {
	key, at := []byte(strings.Repeat("k", 32)), time.Unix(1000, 0)
	good := SignHS256(key, `{"exp":1001}`)
	head, rest, _ := strings.Cut(good, ".")
	for name, c := range map[string]struct {
		token string
		want  bool
	}{
		"good":           {good, true},
		"at its end":     {SignHS256(key, `{"exp":1000}`), false},
		"without an end": {SignHS256(key, `{}`), false},
		"another key":    {SignHS256([]byte(strings.Repeat("x", 32)), `{"exp":1001}`), false},
		"another header": {"e30." + rest, false},
		"cut":            {good[:len(good)-2], false},
		"no signature":   {head, false},
		"nothing":        {"", false},
	} {
		if got := CheckHS256(key, c.token, at); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

func TestHS256GuardsAHandler(t *testing.T) {
	key := []byte(strings.Repeat("k", 32))
	h := HS256(key, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	for token, want := range map[string]int{"": 401, "Bearer x": 401, "Bearer " + SignHS256(key, `{"exp":4102444800}`): 204} {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		r.Header.Set("Authorization", token)
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q gets %d, want %d", token, w.Code, want)
		}
	}
}

func TestChecksAreOfGoodSignatures(t *testing.T) {
	checks, err := Checks()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range checks {
		names = append(names, c.Name)
		if took, err := c.Time(time.Millisecond); err != nil || took <= 0 {
			t.Errorf("%s takes %s, %v", c.Name, took, err)
		}
	}
	if got := strings.Join(names, " "); got != "HS256 EdDSA ES256 RS256 signature" {
		t.Errorf("checks %s", got)
	}
	if _, err := (Check{"none", func() bool { return false }}).Time(time.Millisecond); err == nil {
		t.Error("a signature that does not check is timed, want an error")
	}
}
