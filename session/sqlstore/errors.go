package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// errClosed is for whoever comes after Close.
var errClosed = errors.New("the database is closed")

// uncommitted marks the error of a commit: it may have happened nevertheless.
type uncommitted struct{ cause error }

func (u *uncommitted) Error() string {
	return "the outcome of the commit is unknown: " + u.cause.Error()
}
func (u *uncommitted) Unwrap() error { return u.cause }

// translate is the border: what is no answer of ours becomes unavailable, in words, with nothing of gorm or the driver inside.
func translate(op, path string, err error) error {
	var not *unfit
	var danger *risky
	var unknown *uncommitted
	switch {
	case err == nil:
		return nil
	case isAnswer(err):
		return err
	case errors.As(err, &danger):
		return fmt.Errorf("%s: %w", path, danger)
	case errors.As(err, &not):
		return fmt.Errorf("%s: %w", path, not)
	case errors.As(err, &unknown): // whatever the cause
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w: %w", op, session.ErrUnavailable, context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w: %w", op, session.ErrUnavailable, context.DeadlineExceeded)
	case errors.Is(err, session.ErrUnavailable):
		return err
	}
	return fmt.Errorf("%s: %w: %s: %s%s", op, session.ErrUnavailable, path, advice(err), err.Error())
}

// isAnswer reports whether an error is a definite no, and not that we could not find out.
func isAnswer(err error) bool {
	var refusal *session.Refusal
	return errors.As(err, &refusal) || errors.Is(err, caller.ErrExists) || errors.Is(err, caller.ErrUnknown)
}

// opaque keeps an error's words and nothing else of it.
func opaque(err error) error { return errors.New(err.Error()) }

// advice says what to do about what the database reports.
func advice(err error) string {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return advicePostgres(err)
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return "the disk is full, make room on it: "
	case sqlite3.ErrReadonly:
		return "the file cannot be written, check its owner, its mode and the file system: "
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "another process has locked the file, find and stop it or try again: "
	case sqlite3.ErrIoErr:
		return "the disk gives errors, look at the system's log: "
	case sqlite3.ErrCorrupt:
		return "the file is damaged, restore it from a copy: "
	case sqlite3.ErrNotADB:
		return "the file is not an SQLite database or is damaged: "
	case sqlite3.ErrCantOpen:
		return "the file or its directory cannot be opened for writing, check their owner and mode: "
	case sqlite3.ErrConstraint:
		return "the row is there already: "
	default:
		return ""
	}
}

// ill reports whether an error is about the database and not about one row.
func ill(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code != sqlite3.ErrConstraint || illPostgres(err)
}

// busy reports whether another process is writing.
func busy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked) || busyPostgres(err)
}
