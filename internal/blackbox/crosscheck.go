package blackbox

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// lives are the calls that concern each token.
func lives(h History) [][]Op {
	concerns := map[Key][]Number{}
	for _, t := range h.Tokens {
		for _, key := range t.Keys() {
			concerns[key] = append(concerns[key], t.Number)
		}
	}
	all := make([][]Op, len(h.Tokens))
	for _, o := range h.Ops {
		if o.Key == "" {
			all[o.Token] = append(all[o.Token], o)
			continue
		}
		for _, number := range concerns[o.Key] {
			all[number] = append(all[number], o)
		}
	}
	return all
}

// CrossCheck asks porcupine about every token whose life breaks one of the rules, and about a sample of the others, each by an excerpt. An error names a token about
// which it and the rules differ.
func CrossCheck(h History, sample int, random *rand.Rand) error {
	all := lives(h)
	for i, number := range random.Perm(len(all)) {
		promise, strict := kept(all[number]), linearizable(all[number])
		if i >= sample && promise && strict {
			continue
		}
		ops := excerpt(all[number], random)
		if got, err := porcupineSays(ops, false); err != nil || got != promise {
			return fmt.Errorf("token %d: the promise is kept: %t, porcupine: %t, %v", number, promise, got, err)
		}
		if got, err := porcupineSays(ops, true); err != nil || got != strict {
			return fmt.Errorf("token %d: linearizable: %t, porcupine: %t, %v", number, strict, got, err)
		}
	}
	return nil
}

// searchable is how many questions about one token porcupine is asked: it tries all orders of those that overlap.
const searchable = 16

// excerpt leaves out some questions, so that there are few, but not those on which the rules rest.
func excerpt(ops []Op, random *rand.Rand) []Op {
	var out, questions []Op
	var latest, first Op
	first.Return = never
	for _, o := range ops {
		switch {
		case o.Key != "":
			out = append(out, o)
			continue
		case o.Outcome == Active && (latest.Who == "" || o.Call > latest.Call):
			latest = o
		case o.Outcome == Inactive && o.Return < first.Return:
			first = o
		}
		if o.Outcome != Unknown {
			questions = append(questions, o)
		}
	}
	random.Shuffle(len(questions), func(i, j int) { questions[i], questions[j] = questions[j], questions[i] })
	for i, o := range questions {
		if i < searchable || o == latest || o == first {
			out = append(out, o)
		}
	}
	return out
}

// lifeOf is a register that goes once from active to taken back.
func lifeOf() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return Active },
		Step: func(state, in, _ any) (bool, any) {
			o := in.(Op)
			if o.Key != "" {
				return true, Inactive
			}
			return state == o.Outcome, state
		},
		DescribeOperation: func(in, _ any) string { return in.(Op).String() },
	}
}

func porcupineSays(ops []Op, strict bool) (bool, error) {
	history := porcupineHistory(ops)
	if !strict { // a refusal is always possible then, and only makes for more orders
		history = slices.DeleteFunc(history, func(o porcupine.Operation) bool { return o.Input.(Op).Outcome == Inactive })
	}
	switch porcupine.CheckOperationsTimeout(lifeOf(), history, time.Minute) {
	case porcupine.Ok:
		return true, nil
	case porcupine.Illegal:
		return false, nil
	default:
		return false, fmt.Errorf("no answer for %d calls", len(history))
	}
}

// porcupineHistory leaves out questions without an answer. A taking-back of which nothing is known may take effect at any time from its call on,
// or at the end of all time, which is never.
func porcupineHistory(ops []Op) []porcupine.Operation {
	var out []porcupine.Operation
	for _, o := range ops {
		if o.Key == "" && o.Outcome == Unknown {
			continue
		}
		end := int64(o.Return)
		if o.Outcome == Unknown {
			end = math.MaxInt64
		}
		out = append(out, porcupine.Operation{Input: o, Call: int64(o.Call), Return: end})
	}
	number := map[string]int{}
	for i := range out { // for a picture: each who is a line of its own
		who := out[i].Input.(Op).Who
		if _, known := number[who]; !known {
			number[who] = len(number)
		}
		out[i].ClientId = number[who]
	}
	slices.SortFunc(out, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	return out
}

// Picture writes a page that shows the life of a token.
func Picture(h History, number Number, path string) error {
	ops := excerpt(lives(h)[number], rand.New(rand.NewPCG(0, 0)))
	_, info := porcupine.CheckOperationsVerbose(lifeOf(), porcupineHistory(ops), time.Minute)
	return porcupine.VisualizePath(lifeOf(), info, path)
}
