//go:build !mutant_oldacks

package revocation

// StartAnew forgets what they have applied, when the node has begun to follow another log. Their leases still count.
func (s *Subscribers) StartAnew() {
	for _, sub := range s.known {
		sub.applied, sub.owes = 0, 0
	}
}
