package revocation

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/introspectd/introspectd/session"
)

func TestANodeSaysWhyItDoesNotHearOfTheLogAndForHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		var reported []string
		n := follow(t, p, func(c *NodeConfig) {
			c.Report = func(err error) {
				if err == nil {
					err = errors.New("well")
				}
				reported = append(reported, err.Error())
			}
		})
		synctest.Wait()
		if lasts, err := n.Trouble(); err != nil || lasts != 0 {
			t.Fatalf("Trouble = %v, %v; want none", err, lasts)
		}
		p.change(func() { p.fail = errors.New("no route") })
		time.Sleep(10 * time.Second)
		p.change(func() { p.fail = errors.New("wrong password") })
		time.Sleep(20 * time.Second)
		synctest.Wait()
		lasts, err := n.Trouble()
		if err == nil || !strings.Contains(err.Error(), "wrong password") || lasts < 29*time.Second || lasts > 30*time.Second {
			t.Errorf("Trouble = %v, %v; want the last, and that it lasts since the first", err, lasts)
		}
		time.Sleep(time.Minute)
		p.change(func() { p.fail = nil })
		time.Sleep(time.Second)
		synctest.Wait()
		if lasts, err := n.Trouble(); err != nil || lasts != 0 {
			t.Errorf("Trouble = %v, %v; want none any more", err, lasts)
		}
		const read = "read revocation log: "
		if want := []string{read + "no route", read + "wrong password", "well"}; strings.Join(reported, "; ") != strings.Join(want, "; ") {
			t.Errorf("reported %q, want %q", reported, want)
		}
	})
}

func TestARestoredDatabaseIsATroubleOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{page: Page{Log: "a"}}
		p.append(session.BySubject("alice"))
		n := follow(t, p, nil)
		synctest.Wait()
		p.change(func() { p.page.Head, p.page.Entries = 0, nil })
		time.Sleep(time.Second)
		synctest.Wait()
		if _, err := n.Trouble(); !errors.Is(err, ErrRestored) {
			t.Errorf("Trouble = %v, want ErrRestored", err)
		}
		p.append(session.BySubject("bob"))
		time.Sleep(time.Second)
		synctest.Wait()
		if _, err := n.Trouble(); !errors.Is(err, ErrRestored) {
			t.Errorf("when it has grown again, Trouble = %v, want ErrRestored", err)
		}
	})
}
