package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/session"
	"github.com/introspectd/introspectd/session/sqlstore"
)

// The exit codes.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitInactive    = 3
	exitUnreachable = 4
)

// usageError is for what was typed wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errInactive is the answer of token inspect in the language of shells. It has been printed.
var errInactive = errors.New("inactive")

// finish says what went wrong, if anything did, and turns it into an exit code.
func (p *program) finish(err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errInactive) {
		return exitInactive
	}
	if code, ok := errors.AsType[codeError](err); ok {
		return int(code)
	}
	for line := range strings.Lines(strings.TrimRight(err.Error(), "\n")) {
		// An error that names a command begins with the program already.
		p.say("introspectd: %s", strings.TrimPrefix(strings.TrimRight(line, "\n"), "introspectd "))
	}
	if errors.Is(err, sqlstore.ErrUnsafe) {
		p.say("Set it right, or say --allow-unsafe-database: then a logout may be forgotten, or read by others.")
	}
	code := codeOf(err)
	if _, typed := errors.AsType[usageError](err); typed && p.ran != "" {
		p.say("Run '%s --help' for usage.", p.ran)
	}
	return code
}

func codeOf(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*config.Problem](err); ok {
		return exitUsage
	}
	if errors.Is(err, session.ErrUnavailable) {
		return exitUnreachable
	}
	return exitError
}
