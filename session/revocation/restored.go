//go:build !mutant_restored

package revocation

// restored reports whether whoever gave the page knows less of its log than was known when it was asked for. The newest entry known now says
// nothing: the page may be a late one.
func restored(p Page) bool { return p.Of == p.Log && p.Head < p.After }
