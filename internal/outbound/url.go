package outbound

import (
	"fmt"
	"net/netip"
	"net/url"
)

// CheckURL reports why a URL is not one to send credentials to; what names it in the error. PlainText allows http to other machines.
func CheckURL(what, text string, plainText bool) error {
	u, err := url.Parse(text)
	if err != nil {
		return fmt.Errorf("%s is not a URL", what)
	}
	switch {
	case u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%s is not an absolute URL", what)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return fmt.Errorf("%s at %s has user information, a query or a fragment", what, u.Host)
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return fmt.Errorf("%s at %s is neither https nor http", what, u.Host)
	case !plainText && !Loopback(u.Hostname()):
		return fmt.Errorf("%s at %s is plain http: tokens and the client secret could be read on the way", what, u.Host)
	}
	return nil
}

// Loopback reports whether a host is this machine for certain. A name that somebody's resolver could take elsewhere is not.
func Loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}
