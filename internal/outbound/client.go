package outbound

import "net/http"

// Client is a copy of a client that never follows a redirect; of nil, one with connections of its own.
func Client(from *http.Client) *http.Client {
	client := http.Client{Transport: transport()}
	if from != nil {
		client = *from
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// idle is how many connections are kept for a busy service; the standard transport keeps two per host and dials anew for the third question.
const idle = 64

func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := standard.Clone()
	t.MaxIdleConnsPerHost = idle
	return t
}
