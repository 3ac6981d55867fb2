package m2m

import (
	"fmt"
	"io"
	"net/http"
)

// Transport returns a transport that adds the source's token to requests and sends them through next. If next is nil,
// that is http.DefaultTransport.
//
//	source := client.B2C.M2M.TokenSource(&m2m.TokenRequest{ClientID: clientID, ClientSecret: clientSecret})
//	httpClient := &http.Client{Transport: source.Transport(nil)}
//
// A request that has an Authorization header is sent unchanged. So is one that was redirected to another host or
// scheme, also if that redirects it back. Every other host gets the token: use the client only for hosts that may have
// it. Without a token, requests fail with the error of [TokenSource.Token].
func (ts *TokenSource) Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &tokenTransport{source: ts, next: next}
}

type tokenTransport struct {
	source *TokenSource
	next   http.RoundTripper
}

// RoundTrip sends a copy of the request, since a transport must not change the caller's. The response's Request is the
// original, which has no token; [redirectedAway] needs that too.
func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req
	if _, has := req.Header["Authorization"]; !has && !redirectedAway(req) {
		token, err := t.source.Token(req.Context())
		if err != nil {
			if req.Body != nil {
				_ = req.Body.Close()
			}
			return nil, err
		}
		sent = req.Clone(req.Context())
		token.SetAuthHeader(sent)
	}
	resp, err := t.next.RoundTrip(sent)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// redirectedAway reports whether redirects have led to another host or scheme, if only on the way: what that host puts
// into the URL of a redirect back must not be asked for with the token.
func redirectedAway(req *http.Request) bool {
	for last := req; last.Response != nil && last.Response.Request != nil; {
		last = last.Response.Request
		if last.URL.Scheme != req.URL.Scheme || last.URL.Host != req.URL.Host {
			return true
		}
	}
	return false
}

// CloseIdleConnections calls that method of next, for [http.Client.CloseIdleConnections].
func (t *tokenTransport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Format writes the source's client id, whatever the verb.
func (t *tokenTransport) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "m2m.tokenTransport of "+t.source.String())
}
