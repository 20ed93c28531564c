//go:build !mutant_reusedid

package revocation

import "fmt"

// newID is new for each process and each registration (pitfall P17). Here it comes from a counter instead of randomness.
func (n *node) newID() HolderID {
	n.w.starts++
	return HolderID(fmt.Sprintf("holder %d", n.w.starts))
}
