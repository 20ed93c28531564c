//go:build never

package ground

import _ "example.org/heavy"
