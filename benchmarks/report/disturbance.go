package report

import "fmt"

// Disturbance is what the processors of the machine did for others while something was measured, as parts of all of them.
type Disturbance struct {
	During string  `json:"during"` // scenario
	Others float64 `json:"others"` // other programs
	Stolen float64 `json:"stolen"` // other machines on the same host
}

func (d Disturbance) sum() float64 { return d.Others + d.Stolen }

// disturbed says who else used the processors, and when. Nothing: it is not known.
func (r *Report) disturbed() string {
	var said []string
	for _, d := range r.Disturbances {
		text := d.During + " " + percent(d.Others)
		if d.Stolen >= 0.005 {
			text += " and the host " + percent(d.Stolen)
		}
		said = append(said, text)
	}
	return enumerate(said)
}

// disturbance is the range over all that was measured.
func (r *Report) disturbance() string {
	if len(r.Disturbances) == 0 {
		return "unknown"
	}
	low, high := r.Disturbances[0].sum(), 0.
	for _, d := range r.Disturbances {
		low, high = min(low, d.sum()), max(high, d.sum())
	}
	if percent(low) == percent(high) {
		return percent(high)
	}
	return fmt.Sprintf("%.0f to %s", 100*low, percent(high))
}

func percent(part float64) string { return fmt.Sprintf("%.0f%%", 100*part) }
