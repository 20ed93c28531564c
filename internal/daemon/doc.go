// Package daemon wires the rooms to one process that serves, and owns its goroutines and the order in which they stop.
//
// Guarantees:
//   - Nothing of the database is touched before certificate, addresses and keys are known to be in order, and nothing runs before [Daemon.Run].
//   - It is ready when the revocation log has been read once, and says so then.
//   - Stopping is: unready, stop listening, drain, stop what runs in the background, close the cache, close the store. Each step is bounded.
//   - What ends by itself ends all, with its error.
//
// It refuses to know flags, terminals and signals but SIGHUP.
package daemon
