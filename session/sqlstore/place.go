package sqlstore

import (
	"github.com/introspectd/introspectd/session"
)

// What a token or a session belongs to never changes, so it may be looked up before the transaction that takes the locks. What is not there
// needs none.

const placeOfSession = `SELECT s.id, s.subject, s.client FROM sessions s WHERE s.id = ` + bytesParam

func (l *layout) placeBy(condition string) string {
	return `SELECT s.id, s.subject, s.client FROM tokens t JOIN sessions s ON ` + l.joined + ` WHERE ` + condition
}

// underToken is a task on a token.
func (l *layout) underToken(d session.Digest, run work) task {
	return task{run: run, belongs: &question{l.placeOfDigest, l.keys(d)}}
}

// under is a taking-back.
func (l *layout) under(sel session.Selector, at session.Date, run work) task {
	t := task{run: run}
	switch sel.Target {
	case session.TargetToken, session.TargetSession:
		key, ok := session.ParseID(sel.Key)
		switch {
		case !ok: // there is none of that name
		case sel.Target == session.TargetToken:
			t.belongs, t.first = &question{l.placeOfToken, []any{raw(key[:])}}, []question{l.stateOf(key)}
		default:
			t.belongs, t.first = &question{placeOfSession, []any{raw(key[:])}}, []question{stateOfSession(key, at)}
		}
	case session.TargetSubject:
		t.locks = []lock{alone("subject", sel.Key), lockOn(false, "all", "")}
	case session.TargetClient:
		t.locks = []lock{alone("client", sel.Key)}
	case session.TargetKey:
		t.locks = []lock{alone("key", sel.Key)}
	default:
		t.locks = []lock{alone("all", "")}
	}
	return t
}
