package blackbox

import (
	"fmt"
	"math"
	"strings"
)

// Verdict is what a history shows.
type Verdict struct {
	Tokens, Active, Inactive, NoAnswer, TakenBack, NotTaken int

	// Broken are questions that were called after a taking-back of their token had returned, and answered "active". There must be none.
	Broken []Breach
	// Premature are refusals that returned before anybody began to take the token back: a session was lost, or never got there. There must be none.
	Premature []Breach
	// Early counts the questions that were answered "active" though somebody else had already refused the token, while no taking-back had returned
	// yet. A register with one instant of change would not do that; the promise allows it, for a refusal as early as possible.
	Early int
}

// Breach is an answer that should not have been, and the op that says so, if there is one.
type Breach struct {
	Answer, Against Op
}

func (b Breach) String() string {
	if b.Against.Who == "" {
		return fmt.Sprintf("%v\n  and nobody took it back", b.Answer)
	}
	return fmt.Sprintf("%v\n  after %v", b.Answer, b.Against)
}

// Judged is the number of calls that say something.
func (v Verdict) Judged() int { return v.Active + v.Inactive + v.TakenBack }

func (v Verdict) String() string {
	return fmt.Sprintf("%d tokens, %d calls judged (%d active, %d inactive, %d taken back), %d questions and %d takings-back without an answer, %d accepted after somebody's early refusal: %d broken, %d premature",
		v.Tokens, v.Judged(), v.Active, v.Inactive, v.TakenBack, v.NoAnswer, v.NotTaken, v.Early, len(v.Broken), len(v.Premature))
}

// Worst shows the first few breaches.
func (v Verdict) Worst() string {
	var b strings.Builder
	for i, breach := range v.Broken[:min(5, len(v.Broken))] {
		fmt.Fprintf(&b, "broken %d: %v\n", i+1, breach)
	}
	for i, breach := range v.Premature[:min(5, len(v.Premature))] {
		fmt.Fprintf(&b, "premature %d: %v\n", i+1, breach)
	}
	return b.String()
}

// register is what is known of the life of a token: it starts active and may go once to taken back.
type register struct {
	taken   Op // the successful taking-back that returned first
	sought  Op // the taking-back that was called first, whatever came of it
	refused Op // the "inactive" that returned first
}

const never = Instant(math.MaxInt64)

func newRegister() register {
	return register{taken: Op{Return: never}, sought: Op{Call: never}, refused: Op{Return: never}}
}

// add notes what happened to a token.
func (r *register) add(o Op) {
	switch {
	case o.Key != "":
		if o.Call < r.sought.Call {
			r.sought = o
		}
		if o.Outcome == Done && o.Return < r.taken.Return {
			r.taken = o
		}
	case o.Outcome == Inactive && o.Return < r.refused.Return:
		r.refused = o
	}
}

// join is the register of a token that has two keys.
func (r *register) join(o register) {
	if o.sought.Call < r.sought.Call {
		r.sought = o.sought
	}
	if o.taken.Return < r.taken.Return {
		r.taken = o.taken
	}
}

// Judge reads a history in one pass over its tokens and two over its calls.
//
// A history of one token is linearizable if there is an instant of change that suits everybody: not after the first return of a successful
// taking-back or of a refusal (e), not before the last call of an acceptance nor the first call of any taking-back. So it is, if there is no
// such e, or max(last accepting call, first taking-back call) <= e. The promise is the same without the refusals. Equal stamps overlap.
func Judge(h History) Verdict {
	byKey := map[Key]*register{}
	for _, o := range h.Ops {
		if o.Key == "" {
			continue
		}
		if byKey[o.Key] == nil {
			r := newRegister()
			byKey[o.Key] = &r
		}
		byKey[o.Key].add(o)
	}
	registers := make([]register, len(h.Tokens))
	for i := range h.Tokens {
		registers[i] = newRegister()
		for _, key := range h.Tokens[i].Keys() {
			if r := byKey[key]; r != nil {
				registers[i].join(*r)
			}
		}
	}
	for _, o := range h.Ops {
		if o.Key == "" {
			registers[o.Token].add(o)
		}
	}
	v := Verdict{Tokens: len(h.Tokens)}
	for _, o := range h.Ops {
		v.count(o, registers)
	}
	return v
}

func (v *Verdict) count(o Op, registers []register) {
	if o.Key != "" {
		switch {
		case o.Outcome == Done:
			v.TakenBack++
		case o.Who != perhaps:
			v.NotTaken++
		}
		return
	}
	r := registers[o.Token]
	switch o.Outcome {
	case Active:
		v.Active++
		if o.Call > r.taken.Return {
			v.Broken = append(v.Broken, Breach{o, r.taken})
		} else if o.Call > r.refused.Return {
			v.Early++
		}
	case Inactive:
		v.Inactive++
		if o.Return < r.sought.Call {
			v.Premature = append(v.Premature, Breach{Answer: o})
		}
	default:
		v.NoAnswer++
	}
}

// kept is the promise, for the calls that concern one token.
func kept(ops []Op) bool {
	r := newRegister()
	for _, o := range ops {
		r.add(o)
	}
	for _, o := range ops {
		if o.Key == "" && o.Outcome == Active && o.Call > r.taken.Return {
			return false
		}
	}
	return true
}

// linearizable is the stricter rule, for the calls that concern one token.
func linearizable(ops []Op) bool {
	r := newRegister()
	for _, o := range ops {
		r.add(o)
	}
	e := min(r.taken.Return, r.refused.Return)
	if e == never {
		return true
	}
	latest := r.sought.Call
	for _, o := range ops {
		if o.Key == "" && o.Outcome == Active {
			latest = max(latest, o.Call)
		}
	}
	return latest <= e
}
