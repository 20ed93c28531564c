package sessiontest

import (
	"context"
	"slices"
	"time"

	"github.com/introspectd/introspectd/session/revocation"
)

// keptHolder is one on the roll.
type keptHolder struct {
	revocation.Acked
	lease time.Duration
}

// Enrol implements [revocation.Roll].
func (m *Memory) Enrol(ctx context.Context, id revocation.HolderID, lease time.Duration) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	m.holders = append(m.holders, keptHolder{revocation.Acked{Holder: id, Seq: m.head, Told: m.head}, lease})
	return nil
}

// Renew implements [revocation.Roll]. Every renewal is written down.
func (m *Memory) Renew(ctx context.Context, r revocation.Renewal) (revocation.Page, error) {
	page, err := m.Read(ctx, r.After, r.Limit)
	if err != nil {
		return revocation.Page{}, err
	}
	end, err := m.begin(ctx)
	if err != nil {
		return revocation.Page{}, err
	}
	defer end()
	i := slices.IndexFunc(m.holders, func(h keptHolder) bool { return h.Holder == r.Holder })
	if i < 0 {
		return revocation.Page{}, revocation.ErrStruck
	}
	h := &m.holders[i]
	h.Told = max(h.Told, page.Head)
	if r.Log == page.Log {
		h.Seq = max(h.Seq, min(r.Acked, page.Head))
	}
	page.Foreign = page.Head // somebody may wait for any of it
	return page, nil
}

// Holders implements [revocation.Roll].
func (m *Memory) Holders(ctx context.Context) (all []revocation.Acked, longest time.Duration, err error) {
	end, err := m.begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer end()
	for _, h := range m.holders {
		all, longest = append(all, h.Acked), max(longest, h.lease)
	}
	return all, longest, nil
}

// Strike implements [revocation.Roll].
func (m *Memory) Strike(ctx context.Context, log string, seq revocation.Seq, ids ...revocation.HolderID) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	m.holders = slices.DeleteFunc(m.holders, func(h keptHolder) bool {
		return slices.Contains(ids, h.Holder) && (seq == 0 || h.Told < seq && log == m.log)
	})
	return nil
}
