package sqlstore

import (
	"errors"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes that somebody acts on (PostgreSQL's manual, appendix A).
const (
	codeLockTimeout   = "55P03"
	codeDeadlock      = "40P01"
	codeSerialization = "40001"
	codeIdleTimeout   = "25P03"
	codeCanceled      = "57014" // a statement took too long: where it is bounded like a lock, either may be first
)

// refused reports whether the server has said no to a statement, so that its transaction is over and nothing of it was done.
func refused(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.SeverityUnlocalized == "ERROR" || e.Severity == "ERROR" || e.Code == codeIdleTimeout)
}

func codeIn(err error, codes ...string) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code == c {
			return true
		}
	}
	return false
}

// busyPostgres reports whether another process was in the way.
func busyPostgres(err error) bool {
	return codeIn(err, codeLockTimeout, codeDeadlock, codeSerialization, codeIdleTimeout, codeCanceled)
}

// illPostgres reports whether an error is about the database and not about one row, which classes 22 and 23 are.
func illPostgres(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return len(e.Code) < 2 || e.Code[:2] != "22" && e.Code[:2] != "23"
	}
	var gone *net.OpError
	var connecting *pgconn.ConnectError
	return errors.Is(err, errLost) || errors.As(err, &gone) || errors.As(err, &connecting)
}

// advicePostgres says what to do about what PostgreSQL reports.
func advicePostgres(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var connecting *pgconn.ConnectError
		if errors.As(err, &connecting) {
			return "the server cannot be reached, check its address and whether it runs: "
		}
		return ""
	}
	switch {
	case e.Code == "28P01" || e.Code == "28000":
		return "the server does not let this user in, check user and password: "
	case e.Code == "3D000":
		return "there is no such database, make it first: "
	case e.Code == "42501":
		return "the user lacks a right, let it own the database: "
	case e.Code == "53300":
		return "the server has no connection left, raise max_connections: "
	case e.Code == "25006":
		return "the server takes no writes, name the primary: "
	case e.Code[:2] == "53":
		return "the server is out of disk or memory: "
	case busyPostgres(err):
		return "another process has kept what this one waits for: "
	case e.Code == "23505":
		return "the row is there already: "
	}
	return ""
}
