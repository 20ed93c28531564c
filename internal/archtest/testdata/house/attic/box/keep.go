package box

import safe "example.org/house/ground"

type Keep struct{ it safe.Safe }
