package session

// Seq is a position in the log of takings-back, counted from 1; 0 is before all of them. Seq order is commit order.
type Seq uint64

// Scope of a taking-back: which of the things a token hangs on is named.
type Target uint8

// The targets, widest last.
const (
	TargetToken   Target = iota + 1 // one token, by its ID (jti), and what was made from it
	TargetSession                   // one session, by its ID (sid)
	TargetSubject                   // every session of a subject opened so far
	TargetClient                    // everything issued to a client so far
	TargetKey                       // everything signed by a key (kid)
	TargetAll                       // everything so far
)

var targetNames = [...]string{
	TargetToken: "token", TargetSession: "session", TargetSubject: "subject",
	TargetClient: "client", TargetKey: "key", TargetAll: "all",
}

// String is the name on the wire.
func (t Target) String() string {
	if int(t) < len(targetNames) && t != 0 {
		return targetNames[t]
	}
	return "unknown"
}

// ParseTarget reads the name on the wire.
func ParseTarget(name string) (Target, bool) {
	for t := TargetToken; int(t) < len(targetNames); t++ {
		if targetNames[t] == name {
			return t, true
		}
	}
	return 0, false
}

// Selector names what is taken back. Key is the ID in its 36 character form, the subject, the client id or the kid; empty for
// TargetAll. Subjects are compared byte for byte: no case folding, no Unicode normalisation.
type Selector struct {
	Target Target
	Key    string
}

// The selectors, one constructor per target.
func ByToken(id ID) Selector            { return Selector{TargetToken, id.String()} }
func BySession(id ID) Selector          { return Selector{TargetSession, id.String()} }
func BySubject(subject string) Selector { return Selector{TargetSubject, subject} }
func ByClient(id string) Selector       { return Selector{TargetClient, id} }
func ByKey(kid string) Selector         { return Selector{TargetKey, kid} }
func Everything() Selector              { return Selector{Target: TargetAll} }
