package ground_test

import (
	_ "time"

	_ "example.org/house/cmd/tool"
	_ "example.org/house/first/firsttest"
	_ "example.org/house/ground"
)
