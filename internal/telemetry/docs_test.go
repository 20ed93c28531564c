package telemetry

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/introspectd/introspectd/cache"
	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/revocation"
)

var description = regexp.MustCompile(`fqName: "(introspectd_[a-z_]+)", help: "(.*?)"(?:, unit: "[^"]*")?, constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)

var kind = regexp.MustCompile(`(?m)^# TYPE (introspectd_[a-z_]+) ([a-z]+)$`)

func TestOperationsListsEveryMetric(t *testing.T) {
	m := NewMetrics(Build{})
	m.WatchCache(func() cache.Stats { return cache.Stats{} })
	node, err := revocation.NewNode(revocation.NodeConfig{Log: emptyLog{}})
	if err != nil {
		t.Fatal(err)
	}
	m.WatchNode(node)
	m.WatchExchanges(func() hybrid.ExchangeStats { return hybrid.ExchangeStats{} })
	m.Request("introspect", "active", 0)
	m.StoreCall("sweep", 0, session.ErrUnavailable)
	m.Following(nil)
	kinds := map[string]string{}
	for _, is := range kind.FindAllStringSubmatch(scrape(t, m), -1) {
		kinds[is[1]] = is[2]
	}

	all := make(chan *prometheus.Desc, 1000)
	m.registry.Describe(all)
	close(all)
	var want []string
	for d := range all {
		if is := description.FindStringSubmatch(d.String()); is != nil {
			line := fmt.Sprintf("| `%s` | %s | %s | %s |", is[1], kinds[is[1]], labelsOf(is[1], is[3], is[4]), is[2])
			if !slices.Contains(want, line) { // one for each value of a constant label
				want = append(want, line)
			}
		}
	}

	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile("(?m)^\\| `introspectd_.*$").FindAllString(string(text), -1)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-the program +docs/operations.md):\n%s", diff)
	}
}

// labelsOf are the names of a metric's labels. What build_info says of the program is no matter for people who count.
func labelsOf(metric, constant, variable string) string {
	names := strings.ReplaceAll(variable, ",", ", ")
	if name, _, ok := strings.Cut(constant, "="); ok && metric != "introspectd_build_info" {
		names = name
	}
	return names
}
