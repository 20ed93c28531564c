package ground

import . "time"

var zero Time
