package revocation

// Log is the id of the log that is followed, "" before the first page. Whoever takes a [Node.Mark] first and finds the same era after it has
// read both of the same history.
func (n *Node) Log() string { return n.holder.Log() }
