package ground

type Safe struct{ text string }

func (Safe) String() string               { return "" }
func (Safe) GoString() string             { return "" }
func (Safe) LogValue() string             { return "" }
func (Safe) MarshalText() ([]byte, error) { return nil, nil }
func (Safe) Format()                      {}

type Loose struct{ text string }

func (Loose) String() string    { return "" }
func (*Loose) GoString() string { return "" }
