//go:build !mutant_bornasof

package cache

import "github.com/introspectd/introspectd/session"

// asof is the larger of what the node knew and the token's birth: this node may not have heard yet of an entry that the token was issued
// after, and that entry does not cover it.
func asof(applied, born session.Seq) session.Seq { return max(applied, born) }
