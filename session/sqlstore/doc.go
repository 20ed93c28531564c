// Package sqlstore keeps sessions, tokens, clients and the log of takings-back in an SQL database, through gorm: SQLite in a file, or PostgreSQL.
//
// Guarantees:
//   - A write that returned nil is on the disk. A write that returned an error left nothing behind, unless the error says that a commit's
//     outcome is unknown.
//   - Writes are committed in groups: whoever comes while a commit is under way shares the next one. Within a group each write stands
//     alone, as if it were its own transaction; the log's counter is taken last, so that the log has no gaps and is in commit order.
//   - A lookup answers only with the row of the digest that it was asked for. Those that come together are read from one snapshot: on SQLite in
//     one transaction with a statement for each, on PostgreSQL with one statement. A damaged row is an error for whoever asked for it alone.
//   - What is on the disk opens nothing: digests, never tokens or secrets. The files are readable by their owner alone.
//   - With PostgreSQL many processes on many machines write at once, and see what they would on one. One that falls silent in the middle of a
//     write keeps the others waiting for [Config.Limit] at most, and never while it holds the log's counter.
//   - Errors of gorm and of the driver end here, and passwords are in none.
//
// It refuses files that are not what they seem (links, pipes, other programs' databases, a schema that is newer than it knows), replicas, and
// databases that do not confirm that they sync each commit. It changes no schema unless told to, and starts no goroutines of its own.
package sqlstore
