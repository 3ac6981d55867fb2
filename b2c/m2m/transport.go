package m2m

import (
	"fmt"
	"io"
	"maps"
	"net/http"
)

// Transport returns a transport that adds the source's token to requests and passes them on to next, nil for
// http.DefaultTransport.
//
//	source := client.B2C.M2M.TokenSource(&m2m.TokenRequest{ClientID: clientID, ClientSecret: clientSecret})
//	httpClient := &http.Client{Transport: source.Transport(nil)}
//
// A request that has an Authorization header goes as it is, and so does one that a redirect sends to another host
// than it was made for. Who else gets the token is the caller's to choose: use the client for the hosts that it is
// meant for. A request for which there is no token fails with the error of [TokenSource.Token].
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

// RoundTrip sends a copy of the request, since a transport must not change the caller's.
func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, has := req.Header["Authorization"]; has || strayed(req) {
		return t.send(req, req)
	}
	token, err := t.source.Token(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	authed := req.WithContext(req.Context())
	authed.Header = maps.Clone(req.Header)
	token.SetAuthHeader(authed)
	return t.send(authed, req)
}

// send makes the answer look back at the request without the token, which is also how [strayed] finds the first one.
func (t *tokenTransport) send(req, original *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if resp != nil {
		resp.Request = original
	}
	return resp, err
}

// strayed reports whether redirects have led away from the host, or the scheme, of the first request.
func strayed(req *http.Request) bool {
	first := req
	for first.Response != nil && first.Response.Request != nil {
		first = first.Response.Request
	}
	return first.URL.Scheme != req.URL.Scheme || first.URL.Host != req.URL.Host
}

// CloseIdleConnections lets http.Client reach the pool behind.
func (t *tokenTransport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Format writes the source, whatever the verb.
func (t *tokenTransport) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "m2m.tokenTransport of "+t.source.String())
}
