package revocation

// Log is the id of the log that is followed, "" before the first page.
func (n *Node) Log() string { return n.holder.Log() }

// Era counts the logs that were followed. Whoever finds the same before and after has read all that he read in between of one log.
func (n *Node) Era() uint64 { return n.holder.era.Load() }
