package ground

import "sync"

// These are right.

type Open struct{ Secret Safe }

type Behind struct{ secret *Safe }

type Embeds struct{ Safe }

type Careful struct{ secret Safe }

func (Careful) Format() {}

type Locked struct {
	mu     sync.Mutex
	secret Safe
}

func (*Locked) Format() {}

// These are not.

type Shut struct{ secret Safe }

type Within struct{ open Open }

type Listed struct{ secrets map[string][]Safe }

type Trusting struct{ careful Careful }

type Pointed struct{ secret Safe }

func (*Pointed) Format() {}

type Again []struct {
	next Again
	one  Safe
}
