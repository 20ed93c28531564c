package hybrid

import (
	"math/bits"
	"strconv"

	"github.com/introspectd/introspectd/session"
)

// Withheld marks the scopes of a handle that were left out on the way from it: the lowest bit stands for the first name of the handle's
// scope, in the order in which that is kept. What is left out once is left out of everything that is made of the token, over any number of
// exchanges and whatever is registered by then. It goes by number and not by name, so that an API learns nothing of the scopes of others.
type Withheld uint64

// marked is how many names it can tell apart. A session has no more; of a handle that had, the rest is left out of what is exchanged again.
const marked = 64

// and marks what is kept back as well: those of the handle's names that an audience offers and the token for it does not have.
func (w Withheld) and(handle, offers, has session.List) Withheld {
	i := 0
	for name := range handle.All() {
		if i < marked && offers.Has(name) && !has.Has(name) {
			w |= 1 << i
		}
		i++
	}
	return w
}

// rest is what of a handle's scope is left.
func (w Withheld) rest(handle session.List) session.List {
	if w == 0 && handle.Len() <= marked {
		return handle
	}
	var kept []string
	i := 0
	for name := range handle.All() {
		if i < marked && w&(1<<i) == 0 {
			kept = append(kept, name)
		}
		i++
	}
	return session.ListOf(kept...)
}

// fits reports whether it marks names of a handle and no others.
func (w Withheld) fits(handle session.List) bool { return bits.Len64(uint64(w)) <= handle.Len() }

// String is its only spelling as a claim.
func (w Withheld) String() string { return strconv.FormatUint(uint64(w), 16) }

func parseWithheld(text string) (Withheld, bool) {
	n, err := strconv.ParseUint(text, 16, marked)
	return Withheld(n), err == nil && n != 0 && Withheld(n).String() == text
}
