package blackbox

import (
	"math/rand/v2"
	"testing"
)

// possible looks for an order of the calls that a register could have given, by trying all.
func possible(ops []Op, strict bool) bool {
	var rest []Op
	for _, o := range ops {
		if o.Key != "" || o.Outcome == Active || o.Outcome == Inactive && strict {
			rest = append(rest, o)
		}
	}
	return search(rest, 0, false)
}

func search(ops []Op, done int, taken bool) bool {
	finished := true
	first := never // nobody who is called after this may come next
	for i, o := range ops {
		if done&(1<<i) != 0 {
			continue
		}
		if !(o.Key != "" && o.Outcome == Unknown) {
			finished = false
			first = min(first, o.Return)
		}
	}
	if finished {
		return true
	}
	for i, o := range ops {
		if done&(1<<i) != 0 || o.Call > first {
			continue
		}
		legal := o.Key != "" || (o.Outcome == Inactive) == taken
		if legal && search(ops, done|1<<i, taken || o.Key != "") {
			return true
		}
	}
	return false
}

// randomLife is a few calls on a short time line, so that many stamps are equal.
func randomLife(random *rand.Rand) []Op {
	var ops []Op
	for range 1 + random.IntN(7) {
		call := Instant(random.IntN(12))
		o := Op{Call: call, Return: call + Instant(random.IntN(6)), Outcome: Outcome(random.IntN(3))}
		if random.IntN(3) == 0 {
			o.Key, o.Outcome = "session s", []Outcome{Unknown, Done}[random.IntN(2)]
		}
		ops = append(ops, o)
	}
	return ops
}

func TestTheRulesAreWhatTryingAllOrdersSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	said := map[bool]int{}
	for range 40_000 {
		ops := randomLife(random)
		if got, want := kept(ops), possible(ops, false); got != want {
			t.Fatalf("kept = %t, want %t: %v", got, want, ops)
		}
		got, want := linearizable(ops), possible(ops, true)
		if got != want {
			t.Fatalf("linearizable = %t, want %t: %v", got, want, ops)
		}
		said[got]++
	}
	if said[true] < 5000 || said[false] < 5000 {
		t.Errorf("too one-sided to show anything: %v", said)
	}
}

func TestPorcupineAgrees(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 0))
	for range 3000 {
		h := History{Tokens: []Token{{Session: "s"}}, Ops: randomLife(random)}
		if err := CrossCheck(h, 1, random); err != nil {
			t.Fatalf("%v: %v", err, h.Ops)
		}
	}
}

// TestTheJudgeReadsAWholeHistoryAsEachTokenForItself mixes tokens that share sessions, subjects and clients.
func TestTheJudgeReadsAWholeHistoryAsEachTokenForItself(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	broken := 0
	for range 3000 {
		h := History{}
		for i := range 4 {
			name := string(rune('a' + i/2))
			h.Tokens = append(h.Tokens, Token{Number: Number(i), Session: name, Subject: name, Client: "c"})
		}
		for range 12 {
			o := randomLife(random)[0]
			o.Token = Number(random.IntN(4))
			if o.Key != "" {
				o.Key = h.Tokens[o.Token].Keys()[random.IntN(4)]
			}
			h.Ops = append(h.Ops, o)
		}
		v := Judge(h)
		wrong := map[Number]bool{}
		for _, b := range v.Broken {
			wrong[b.Answer.Token] = true
		}
		for i, ops := range lives(h) {
			if kept(ops) == wrong[Number(i)] {
				t.Fatalf("token %d: kept is %t, the judge has it broken: %t: %v", i, kept(ops), wrong[Number(i)], ops)
			}
			if wrong[Number(i)] {
				broken++
			}
		}
		if all := v.Active + v.Inactive + v.NoAnswer + v.TakenBack + v.NotTaken; all != len(h.Ops) {
			t.Fatalf("%d calls counted of %d", all, len(h.Ops))
		}
	}
	if broken < 100 {
		t.Errorf("%d tokens were broken: too few to show anything", broken)
	}
}

func TestWhatEachBreachIs(t *testing.T) {
	ask := func(call, end Instant, o Outcome) Op { return Op{Who: "a", Call: call, Return: end, Outcome: o} }
	take := func(call, end Instant, o Outcome) Op {
		return Op{Key: "subject u", Who: "b", Call: call, Return: end, Outcome: o}
	}
	for name, c := range map[string]struct {
		ops                      []Op
		broken, premature, early int
	}{
		"called after the return":            {[]Op{take(1, 5, Done), ask(6, 7, Active)}, 1, 0, 0},
		"called at the return":               {[]Op{take(1, 5, Done), ask(5, 7, Active)}, 0, 0, 0},
		"called before, answered long after": {[]Op{take(2, 5, Done), ask(1, 99, Active)}, 0, 0, 0},
		"nobody knows whether it was taken":  {[]Op{take(1, 5, Unknown), ask(6, 7, Active)}, 0, 0, 0},
		"refused before it was taken":        {[]Op{ask(1, 2, Inactive), take(3, 5, Done)}, 0, 1, 0},
		"refused and never taken":            {[]Op{ask(1, 2, Inactive)}, 0, 1, 0},
		"refused by one, then accepted":      {[]Op{take(1, 9, Done), ask(2, 3, Inactive), ask(4, 5, Active)}, 0, 0, 1},
		"an error says nothing":              {[]Op{take(1, 5, Done), ask(6, 7, Unknown)}, 0, 0, 0},
	} {
		v := Judge(History{Tokens: []Token{{Subject: "u"}}, Ops: c.ops})
		if len(v.Broken) != c.broken || len(v.Premature) != c.premature || v.Early != c.early {
			t.Errorf("%s: %v, want %d broken, %d premature, %d early", name, v, c.broken, c.premature, c.early)
		}
	}
}
