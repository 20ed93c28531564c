package introspect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/introspectd/introspectd/session"
)

// checkName refuses what would be two names, or none, in a [session.List].
func checkName(name string) error {
	if name == "" || strings.IndexByte(name, ' ') >= 0 {
		return errors.New("a name is empty or has a space in it")
	}
	return nil
}

// names reads an array of strings.
func (r *reader) names() (session.List, error) {
	var names []string
	err := r.array(func() error {
		if len(names) == maxNames {
			return fmt.Errorf("more than %d names", maxNames)
		}
		name, err := r.string()
		if err != nil {
			return err
		}
		names = append(names, name)
		return checkName(name)
	})
	if err != nil {
		return "", err
	}
	return session.ListOf(names...), nil
}

// scope reads a scope string (RFC 6749 §3.3). An empty one is as good as none.
func (r *reader) scope() (session.List, error) {
	text, err := r.string()
	if err != nil || text == "" {
		return "", err
	}
	names := strings.Split(text, " ")
	if len(names) > maxNames {
		return "", fmt.Errorf("more than %d names", maxNames)
	}
	for _, name := range names {
		if !session.ValidScopeName(name) {
			return "", errors.New("not names separated by single spaces")
		}
	}
	return session.ListOf(names...), nil
}
