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

// maxActors bounds a chain. It is several times what we issue.
const maxActors = 16

// actors reads a chain of them (RFC 8693 §4.1). What else one says of itself is passed over.
func (r *reader) actors() (session.List, error) {
	var chain []string
	err := r.actor(&chain)
	list := session.ListOf(chain...)
	if err == nil && list.Len() != len(chain) {
		err = errors.New("an actor is there twice")
	}
	return list, err
}

func (r *reader) actor(chain *[]string) error {
	if len(*chain) == maxActors {
		return fmt.Errorf("more than %d actors", maxActors)
	}
	mine := len(*chain)
	*chain = append(*chain, "")
	nested := false
	err := r.object(func(name string) (err error) {
		switch {
		case name == "sub" && (*chain)[mine] == "":
			if (*chain)[mine], err = r.string(); err == nil {
				err = checkName((*chain)[mine])
			}
			return err
		case name == "act" && !nested:
			nested = true
			return r.actor(chain)
		case name == "sub", name == "act":
			return fmt.Errorf("member %s of an actor is there twice", name)
		default:
			return r.skip(0)
		}
	})
	if err == nil && (*chain)[mine] == "" {
		err = errors.New("an actor has no sub")
	}
	return err
}
