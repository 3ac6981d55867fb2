package httpauth

import (
	"errors"
	"net/http"
	"strings"
)

var errOrigin = errors.New("the page that sent the request is not of Config.Origin or Config.TrustedOrigins")

// checkOrigin refuses requests that a page of another site made a browser send, as http.CrossOriginProtection does, but
// for two differences. A request without Sec-Fetch-Site is trusted by its Origin header only, not by Host. And a
// request to open a WebSocket is checked like a POST: browsers send it for any page.
func (g *Guard) checkOrigin(r *http.Request) error {
	switch {
	case isWebSocket(r):
		post := *r
		post.Method = http.MethodPost
		r = &post
	case isSafe(r.Method):
		return nil
	}
	if err := g.origins.Check(r); err != nil {
		return errOrigin
	}
	if origin := r.Header.Get("Origin"); origin != "" && r.Header.Get("Sec-Fetch-Site") == "" && !g.isTrusted(origin) {
		return errOrigin
	}
	return nil
}

func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// isWebSocket reports whether a request asks to open a WebSocket (RFC 6455, section 4.1).
func isWebSocket(r *http.Request) bool {
	for _, line := range r.Header["Upgrade"] {
		for part := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(part), "/")
			if strings.EqualFold(name, "websocket") {
				return true
			}
		}
	}
	return r.Header.Get("Sec-WebSocket-Key") != ""
}
