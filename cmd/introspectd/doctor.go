package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/daemon"
	"github.com/introspectd/introspectd/session/revocation"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// finding is one thing that the doctor looked at.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (p *program) doctor() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Look at files, database, clock and those who answer from memory, and say what is wrong", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d *desk) error {
				found := d.examine(ctx)
				rows, ill := [][]string{{"CHECK", "STATE", "DETAIL"}}, 0
				for _, f := range found {
					state := "ok"
					if !f.OK {
						state, ill = "bad", ill+1
					}
					rows = append(rows, []string{f.Check, state, f.Detail})
				}
				if err := p.print(struct {
					Findings []finding `json:"findings"`
				}{found}, rows); err != nil {
					return err
				}
				if ill > 0 {
					return fmt.Errorf("%d of %d checks went wrong", ill, len(found))
				}
				return nil
			})
		},
	}
}

func (d *desk) examine(ctx context.Context) []finding {
	found := []finding{
		result("files", daemon.CheckFiles(d.settings), "certificate and server key are in order"),
		result("database", d.store.Check(ctx), d.settings.Database.String()),
		clockFinding(),
		d.settingsFinding(ctx),
		d.daemonFinding(ctx),
	}
	page, err := d.store.Read(ctx, 0, 0)
	found = append(found, result("log", err, fmt.Sprintf("%s, newest entry %d, kept after %d", page.Log, page.Head, page.Floor)))
	holders, longest, err := d.store.Holders(ctx)
	if err != nil {
		return append(found, result("holders", err, ""))
	}
	found = append(found, finding{"holders", true, fmt.Sprintf("%d answer from memory, longest lease %v", len(holders), longest)})
	if longest > 0 {
		found = append(found, d.leaseFinding(longest))
	}
	return append(found, d.holderFindings(ctx, holders, page.Head, longest)...)
}

// leaseFinding holds the leases that are held against the one that is set here: it is one number for an installation.
func (d *desk) leaseFinding(longest time.Duration) finding {
	if longest != d.settings.Lease {
		return finding{"lease", false, fmt.Sprintf("somebody holds leases of %v, and %v is set here: give all daemons and commands the same", longest, d.settings.Lease)}
	}
	return finding{"lease", true, fmt.Sprintf("%v; a taking-back waits for somebody who is dead for at most %v, once", longest, revocation.Wait(longest).Round(10*time.Millisecond))}
}

// settingsFinding shows what commits rest on.
func (d *desk) settingsFinding(ctx context.Context) finding {
	list, err := d.store.Settings(ctx)
	var words []string
	for _, s := range list {
		words = append(words, s.Name+" "+strconv.Quote(s.Value))
	}
	if err == nil && slices.ContainsFunc(list, sqlstore.Setting.Unsafe) {
		err = fmt.Errorf("not safe, and allowed by allow-unsafe-database: %s", strings.Join(words, ", "))
	}
	return result("settings", err, strings.Join(words, ", "))
}

func result(check string, err error, fine string) finding {
	if err != nil {
		return finding{check, false, err.Error()}
	}
	return finding{check, true, fine}
}

// clockFinding compares the clock that leases are counted on with the wall clock, over a short while.
func clockFinding() finding {
	const look = 50 * time.Millisecond
	lease, wall := revocation.Boottime(), time.Now().Round(0)
	time.Sleep(look)
	moved, passed := revocation.Boottime().Sub(lease), time.Now().Round(0).Sub(wall)
	if moved < look || moved > 20*look || (passed-moved).Abs() > look {
		return result("clock", errors.New("the clock of leases and the wall clock do not go together"), "")
	}
	return finding{"clock", true, "leases are counted on a clock that goes"}
}
