package report

// Chart is drawn as SVG.
type Chart struct {
	Key      string   `json:"key"`
	Title    string   `json:"title"`
	Kind     string   `json:"kind"`
	Shows    string   `json:"shows,omitempty"`     // "": the section's
	ShowsNot string   `json:"shows_not,omitempty"` // "": the section's
	X        Axis     `json:"x"`
	Y        Axis     `json:"y"`
	Series   []Series `json:"series"`
	Marks    []Mark   `json:"marks,omitempty"`
}

// Kinds of chart.
const (
	Bars  = "bars"  // a value for each Label; they lie, so that long labels can be read. X says nothing but its title
	Lines = "lines" // values over X
	Steps = "steps" // events over time, a lane for each series; a value holds until the next point, and the last to the end of the axis
)

// Axis of a chart. The unit may be ns, us, ms, s, bytes, or any word.
type Axis struct {
	Title string `json:"title,omitempty"`
	Unit  string `json:"unit,omitempty"`
	Log   bool   `json:"log,omitempty"` // zero keeps a place of its own
}

// Series is what belongs together. One whose key is a mode's has the same colour in all charts.
type Series struct {
	Key    string  `json:"key"`
	Title  string  `json:"title"`
	Points []Point `json:"points"`
}

// Point is a value. Low and High are its range, where they differ.
type Point struct {
	X     float64 `json:"x"`
	Label string  `json:"label,omitempty"`
	Y     float64 `json:"y"`
	Low   float64 `json:"low,omitempty"`
	High  float64 `json:"high,omitempty"`
}

// Mark is a line across a chart: at a moment such as "logout returned", or at a value such as a bound among bars.
type Mark struct {
	X     float64 `json:"x"`
	Title string  `json:"title"`
}
