//go:build race

package revocation

// simSeeds is for the race detector, under which all takes ten times as long. A life has no goroutines; the seeds say nothing new.
const simSeeds = 700
