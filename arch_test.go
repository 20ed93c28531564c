package introspectd_test

import (
	"testing"

	"github.com/introspectd/introspectd/internal/archtest"
)

// TestTheHouseKeepsItsRules holds the module against the tables in docs/architecture.md.
func TestTheHouseKeepsItsRules(t *testing.T) {
	house, err := archtest.ReadHouse("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := archtest.Load(".")
	if err != nil {
		t.Fatal(err)
	}
	breaches, err := house.Breaches(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	for _, breach := range breaches {
		t.Error(breach)
	}
}
