package archtest

import (
	"context"
	"slices"
)

// Breaches holds the module against every rule, and answers with what is wrong in a stable order.
func (h House) Breaches(ctx context.Context, s *Source) ([]string, error) {
	links, err := h.links(ctx, s)
	if err != nil {
		return nil, err
	}
	open, err := h.openEnds(s)
	if err != nil {
		return nil, err
	}
	breaches := slices.Concat(h.upwardImports(s), h.outsideFences(s), links, h.packageComments(s), open, h.clockReaders(s), h.openSecrets(s), h.hiddenSecrets(s))
	slices.Sort(breaches)
	return slices.Compact(breaches), nil
}
