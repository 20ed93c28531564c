// Package telemetry is what the daemon says of itself: logs for those who run it, an audit log for those who must know who took back
// what, and metrics.
//
// Guarantees:
//   - No token or secret is written, even when somebody puts one into a message by mistake: whatever looks like a handle or a JWT is cut
//     out on the way.
//   - What comes from outside is escaped and bounded in length, so nobody forges or floods a line.
//   - Label values are bounded in number: what requests say cannot grow the metrics.
//
// It refuses to decide anything: nothing here changes an answer.
package telemetry
