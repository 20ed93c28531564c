//go:build mutant_reusedid

package revocation

import "fmt"

// newID is the name of the host.
func (n *node) newID() HolderID { return HolderID(fmt.Sprintf("holder on %d", n.host.index)) }
