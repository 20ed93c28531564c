//go:build amd64 || arm64

package guard

// prefetch has a verdict, and what it hangs on beside it, brought from memory without waiting for it. It reads nothing and cannot fail.
//
//go:noescape
func prefetch(v *verdict)
