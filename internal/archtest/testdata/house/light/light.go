// Package light links what its library drags along.
package light

import _ "example.org/wrapper"
