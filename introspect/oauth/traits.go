package oauth

// traits say what kinds of bytes a text has, found in one pass.
type traits uint8

const (
	traitControl  traits = 1 << iota // CTL of RFC 7617 §2: %x00-1F and %x7F
	traitNotASCII                    // has to be looked at again as UTF-8
	traitEscape                      // reads differently once form-decoded
)

func traitsOf(s string) (t traits) {
	for i := range len(s) {
		t |= byteTraits[s[i]]
	}
	return t
}

var byteTraits = func() (of [256]traits) {
	for i := range of {
		switch c := byte(i); {
		case c < ' ' || c == 0x7f:
			of[i] = traitControl
		case c > 0x7f:
			of[i] = traitNotASCII
		case c == '%' || c == '+':
			of[i] = traitEscape
		}
	}
	return of
}()
