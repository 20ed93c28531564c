// Package process starts servers and load generators as child processes, on processors of their own where there are two, and reads from
// the system what they cost.
//
// Guarantees: it ends what it started and nothing else, by process id, and always: when told to, when the context ends, and on Linux also
// when this process is killed. A cost is what the kernel counted for the process, all threads included; where the system does not say, it is an error,
// never a guess.
package process
