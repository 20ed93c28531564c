package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsDoNotPrint(t *testing.T) {
	s := Settings{Key: Secret{"hush"}, Database: ParseDSN("postgres://u:hush@db/x?sslpassword=hush&sslmode=require")}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", s.Key, "database", s.Database, "all", s)
	j, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprintf("%v %+v %#v %s", s, s, s, s.Key), log.String(), string(j)} {
		if strings.Contains(out, "hush") {
			t.Errorf("printed %s", out)
		}
	}
	if got := s.Database.String(); !strings.Contains(got, "db/x") || !strings.Contains(got, "sslmode=require") {
		t.Errorf("database prints as %q, which helps nobody", got)
	}
}

func TestDSNThatIsNoURLPrintsNothing(t *testing.T) {
	if got := ParseDSN("postgres://u:hush%zz@db").String(); strings.Contains(got, "hush") {
		t.Errorf("printed %q", got)
	}
}
