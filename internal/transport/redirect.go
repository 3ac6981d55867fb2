package transport

import "net/http"

const maxRedirects = 3

// checkRedirect follows a redirect only to the same scheme and host and with the same method. Others would send tokens
// to another server or make another call.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects || req.Method != first.Method ||
		req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// redirectRefused reports whether resp is a redirect that was not followed.
func redirectRefused(resp *http.Response) bool {
	return resp.StatusCode >= 300 && resp.StatusCode <= 399 && resp.Header.Get("Location") != ""
}
