package session_test

import (
	"fmt"

	"github.com/introspectd/introspectd/session"
)

func ExampleHandle() {
	h := session.NewHandle(session.Access)
	fmt.Println(h.Kind(), session.Present("anything else").Kind())
	fmt.Println(fmt.Sprint(h) == h.Reveal())
	// Output:
	// access_token malformed
	// false
}

func ExampleList() {
	held := session.ParseList("orders:read orders:write billing:read")
	fmt.Println(held.And("orders:read orders:write"))
	fmt.Println(held.Has("orders"))
	// Output:
	// orders:read orders:write
	// false
}
