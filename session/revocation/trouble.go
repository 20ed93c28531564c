package revocation

import "time"

// trouble is what keeps a node from hearing of the log.
type trouble struct {
	err      error // of the last look; nil: none
	since    Instant
	reported Instant
}

// reportAgain is how often one hears of trouble that lasts: what is wrong in the end is often not what was wrong at first.
const reportAgain = time.Minute

// Trouble is for how long the node has not heard of the log, and why not when it looked last; nil when it did. The error has the words of the
// database, which are for the log and not for strangers.
func (n *Node) Trouble() (lasts time.Duration, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.trouble.err == nil {
		return 0, nil
	}
	return n.cfg.Clock().Sub(n.trouble.since), n.trouble.err
}

// note keeps how a look went, and says whether to report that.
func (n *Node) note(err error) (report bool) {
	now := n.cfg.Clock()
	n.mu.Lock()
	defer n.mu.Unlock()
	was := &n.trouble
	switch {
	case err == nil:
		report = was.err != nil
		*was = trouble{}
	case was.err == nil:
		report = true
		*was = trouble{err, now, now}
	default:
		was.err = err
		if report = now.Sub(was.reported) >= reportAgain; report {
			was.reported = now
		}
	}
	return report
}
