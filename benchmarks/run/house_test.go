package run

import (
	"strings"
	"testing"
)

// However many rounds there are, the last of them has tokens that nobody has seen before, and so have all scenarios after it.
func TestAHouseHasTokensForAllThatIsPlanned(t *testing.T) {
	t.Parallel()
	b := newBench(t, "-scenarios", "steady,burst,chain", "-modes", "introspect,ttl-cache", "-rounds", "3")
	defer b.up.stop()
	b.follow(t.Context(), b.plan())
	for _, err := range b.errs {
		if strings.Contains(err.Error(), "tokens left") {
			t.Error(err)
		}
	}
}
