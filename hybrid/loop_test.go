package hybrid_test

import (
	"testing"

	"github.com/introspectd/introspectd/hybrid"
	"github.com/introspectd/introspectd/session"
)

// Ten thousand exchanges of whatever came of the exchanges before: no chain gets longer than it may, and each way through the clients costs one signature.
func TestALoopOfExchangesComesToAnEnd(t *testing.T) {
	o := open(t, 1000)
	held := []session.Handle{o.login("web").Pair.Access}
	known := map[session.Handle]bool{held[0]: true}
	clients, audiences := []string{"gateway", "edge", "orders-api", "stock-api"}, []string{"orders", "stock"}
	given := 0
	for turn := range 10_000 {
		token := held[turn/(len(clients)*len(audiences))%len(held)]
		got, err := o.try(clients[turn%len(clients)], token, audiences[turn/len(clients)%len(audiences)], "", now)
		if err != nil {
			o.refused("no way on", refusalOf(err), got, err)
			continue
		}
		given++
		if n := got.Claims.Actors.Len(); n > hybrid.MaxActors {
			t.Fatalf("%d clients in a chain: %q", n, got.Claims.Actors)
		}
		if !known[got.Token] {
			known[got.Token] = true
			held = append(held, got.Token)
		}
	}
	// The gateway begins with both audiences, the edge with orders; from there the two APIs hand it on once each. And each API begins with the handle, once.
	const ways = 3*3 + 2*2
	if made := len(held) - 1; made != ways || o.signer.signed.Load() != ways {
		t.Errorf("%d tokens and %d signatures for %d exchanges, want %d of each", made, o.signer.signed.Load(), given, ways)
	}
	if given < 10*ways {
		t.Errorf("%d exchanges: that is no loop", given)
	}
}

func refusalOf(err error) session.Reason {
	if r, ok := err.(*session.Refusal); ok && (r.Reason == session.InvalidRequest || r.Reason == session.InvalidTarget) {
		return r.Reason
	}
	return "one of the two"
}
