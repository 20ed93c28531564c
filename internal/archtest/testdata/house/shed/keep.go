package shed

import "example.org/house/ground"

type Keep struct{ it ground.Safe }
