//go:build mutant_receipt

package revocation

// countedFrom is the instant at which the page has come.
func (p *process) countedFrom(Instant) Instant { return p.clock() }
