package report

import _ "embed" // the styles are part of what is written

// chartStyle is what makes a chart visible, on a page and in a file of its own.
//
//go:embed chart.css
var chartStyle string
