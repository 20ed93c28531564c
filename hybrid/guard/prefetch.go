//go:build amd64 || arm64

package guard

// prefetch has a verdict, and of what it hangs on beside it the part that most looks end with, brought from memory without
// waiting for it. It reads nothing and cannot fail.
//
//go:noescape
func prefetch(v *verdict)
