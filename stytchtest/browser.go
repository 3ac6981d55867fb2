package stytchtest

import (
	"crypto/tls"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// Browser returns a client that behaves like a browser at an application: it follows redirects, keeps cookies, and says
// where a request comes from. Requests for the emulator, at the URLs of clients of [Server.Client] and at [Server.URL],
// go to the emulator, and all others to the application, whatever their host. Nothing leaves the process, and responses
// are complete when they come. Without an application, other hosts answer 404.
//
//	browser := server.Browser(app)
//	resp, err := browser.Get("http://localhost:8080/login/google") // the start URL, the provider, and back to app
//
// Requests navigate: a POST is that of a form on a page of the host that it is sent to, or of the host in its Origin.
// One with another Accept header or a body that is no form is of a script on that page. Headers that are set remain, so
// that a test can choose them. Each Browser has its own cookies, in its Jar; they expire by the machine's clock. It is
// safe for concurrent use.
func (s *Server) Browser(app http.Handler) *http.Client {
	jar, _ := cookiejar.New(nil) // which has no error
	if app == nil {
		app = http.NotFoundHandler()
	}
	return &http.Client{Jar: jar, Transport: browser{s, transport{app}}}
}

type browser struct {
	server *Server
	app    transport
}

func (b browser) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	setFetchHeaders(sent)
	next := b.app
	switch {
	case b.server.serves(req.URL):
		next = transport{&b.server.recorder}
	case req.URL.Scheme == "https":
		sent.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true}
	}
	resp, err := next.RoundTrip(sent)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// serves reports whether a URL is the emulator's.
func (s *Server) serves(u *url.URL) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return origin(u) == inProcess || s.listener != nil && origin(u) == s.listener.URL
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// setFetchHeaders sets Origin and the headers of Fetch Metadata, where the test has not set them: by these an
// application tells requests of its own pages from those of other sites.
func setFetchHeaders(r *http.Request) {
	first, crossed := r, []*url.URL{r.URL}
	for first.Response != nil && first.Response.Request != nil { // r follows a redirect
		first = first.Response.Request
		crossed = append(crossed, first.URL)
	}
	page, navigates := r.Header.Get("Origin"), isNavigation(r)
	if page == "" {
		page = origin(first.URL)
	}
	site := siteOf(page, crossed)
	if navigates && isSafe(first.Method) {
		site = "none" // somebody has typed the URL
	}
	if !isSafe(r.Method) {
		setDefault(r.Header, "Origin", page)
	}
	setDefault(r.Header, "Sec-Fetch-Site", site)
	if navigates {
		setDefault(r.Header, "Sec-Fetch-Mode", "navigate")
		setDefault(r.Header, "Sec-Fetch-Dest", "document")
		setDefault(r.Header, "Accept", "text/html,*/*;q=0.8")
		return
	}
	setDefault(r.Header, "Sec-Fetch-Mode", "cors")
	setDefault(r.Header, "Sec-Fetch-Dest", "empty")
}

func setDefault(h http.Header, name, value string) {
	if _, given := h[name]; !given {
		h.Set(name, value)
	}
}

func isSafe(method string) bool {
	return method == "" || method == http.MethodGet || method == http.MethodHead
}

// isNavigation reports whether a request is one that a browser makes without a script: for a page, or with a form.
func isNavigation(r *http.Request) bool {
	accept, kind := r.Header.Get("Accept"), r.Header.Get("Content-Type")
	isForm := kind == "" || strings.HasPrefix(kind, "application/x-www-form-urlencoded") ||
		strings.HasPrefix(kind, "multipart/form-data")
	return isForm && (isSafe(r.Method) || r.Method == http.MethodPost) &&
		(accept == "" || strings.Contains(accept, "text/html"))
}

// siteOf is the Sec-Fetch-Site of a request that a page has made, and that was led over URLs. Only the same host counts
// as the same site.
func siteOf(page string, urls []*url.URL) string {
	from, err := url.Parse(page)
	if err != nil {
		return "cross-site"
	}
	site := "same-origin"
	for _, u := range urls {
		switch {
		case origin(u) == page:
		case u.Scheme == from.Scheme && u.Hostname() == from.Hostname():
			site = "same-site"
		default:
			return "cross-site"
		}
	}
	return site
}
