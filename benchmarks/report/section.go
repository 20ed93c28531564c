package report

// Section is one scenario's outcome.
type Section struct {
	Key      string   `json:"key"`
	Title    string   `json:"title"`
	Shows    string   `json:"shows,omitempty"`     // one sentence: what it shows
	ShowsNot string   `json:"shows_not,omitempty"` // one sentence: what it does not
	Tables   []Table  `json:"tables,omitempty"`
	Charts   []Chart  `json:"charts,omitempty"`
	Notes    []string `json:"notes,omitempty"` // what was not measured and why; who was the bottleneck
}

// Table has a line for each mode, size or the like.
type Table struct {
	Key     string   `json:"key"`
	Title   string   `json:"title"`
	Columns []Column `json:"columns"`
	Lines   []Line   `json:"lines"`
}

// Column is one quantity.
type Column struct {
	Key    string `json:"key"`
	Title  string `json:"title"`
	Unit   string `json:"unit,omitempty"`
	Better int    `json:"better,omitempty"` // -1 less is better, +1 more, 0 neither
}

// Line has a cell for each column; cells that are missing at its end were not measured.
type Line struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Cells []Cell `json:"cells"`
}

// Cell is a figure, or else words. Without both it was not measured.
type Cell struct {
	Spread *Spread `json:"spread,omitempty"`
	Text   string  `json:"text,omitempty"`
}

// Sections and columns that the summary at the top of a report is made from: a line for each mode, whose key is the mode's.
// They may be in any table of their section; what is missing is left out of the summary.
const (
	Steady = "steady" // section
	Logout = "logout" // section

	ColumnCPU      = "cpu"      // of Steady: all processor time that a call costs, service and daemon together
	ColumnP99      = "p99"      // of Steady
	ColumnAsked    = "asked"    // of Steady: questions asked for one call
	ColumnNeeds    = "needs"    // of Steady, words: what the mode asks of a service; there is a default for the modes we know
	ColumnAccepted = "accepted" // of Logout: calls that began after a logout had returned, and were accepted
	ColumnLast     = "last"     // of Logout: from a logout's return to the last accepted call
)

// Histogram is what a figure was computed from.
type Histogram struct {
	Section string `json:"section"`
	Line    string `json:"line"`
	Round   int    `json:"round"`
	Unit    string `json:"unit"`
	Encoded string `json:"encoded"` // HdrHistogram V2, compressed, base64
}
