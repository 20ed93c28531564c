// Package load asks an HTTP/1.1 server on this machine the same kind of question over and over and checks every answer. In a closed loop, each of
// a fixed number of keep-alive connections asks again as soon as it was answered; in an open loop requests arrive on a schedule.
//
// Guarantees: it ends by itself, by time, by count, or when there is nothing left to ask, even when the server stops answering. An answer that is
// not what was expected counts as a failure, never as a request served. In an open loop a server's stall is counted for everybody who would
// have asked meanwhile, not only for those who were asking; a delay of the generator's own is kept apart. Its own client does no more than
// the wire needs, so that the server is what is measured.
//
// It refuses targets that are not loopback addresses: it is no tool against other people's servers. A closed loop
// cannot see how long callers would have queued during a stall; it answers what a server costs when it is busy.
package load
