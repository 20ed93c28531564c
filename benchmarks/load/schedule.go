package load

import (
	"math/rand/v2"
	"time"
)

// schedule is when the requests of an open loop are to begin, from the run's start, ascending. The pauses between them are exponential, as those between
// people who know nothing of each other: they come in twos and threes as well. The same seed gives the same times.
func schedule(rate float64, window time.Duration, count int, seed uint64) []time.Duration {
	random := rand.New(rand.NewPCG(seed, 0x6172726976616c73))
	mean := float64(time.Second) / rate
	out := make([]time.Duration, 0, int(rate*window.Seconds()*1.1)+16)
	for at := random.ExpFloat64() * mean; at < float64(window); at += random.ExpFloat64() * mean {
		if count > 0 && len(out) == count {
			break
		}
		out = append(out, time.Duration(at))
	}
	return out
}
