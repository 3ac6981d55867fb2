package transport

import "net/http"

const maxRedirects = 3

// checkRedirect follows a redirect only within the host and scheme that the call was made to, and only where the method
// stays: anything else would show tokens to another server or turn the call into another one.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects || req.Method != first.Method ||
		req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// refused reports whether resp is a redirect that was not followed.
func refused(resp *http.Response) bool {
	return resp.StatusCode >= 300 && resp.StatusCode <= 399 && resp.Header.Get("Location") != ""
}
