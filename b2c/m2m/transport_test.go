package m2m_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// recorder is a transport that records the URL and the Authorization header of requests.
type recorder struct {
	requests []string
	redirect map[string]string // from a URL to a Location
	closed   bool
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.requests = append(r.requests, req.URL.String()+" "+req.Header.Get("Authorization"))
	if to := r.redirect[req.URL.String()]; to != "" {
		return respond(req, http.StatusFound, "", "Location: "+to), nil
	}
	return respond(req, http.StatusOK, "{}"), nil
}

func (r *recorder) CloseIdleConnections() { r.closed = true }

// get sends a request and returns the response's Request.
func get(t *testing.T, c *http.Client, url string, edit func(*http.Request)) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	if edit != nil {
		edit(req)
	}
	resp, err := c.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.Request
}

func TestTransport(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		redirect map[string]string
		edit     func(*http.Request)
		want     []string
	}{
		"a request gets the token": {nil, nil, []string{"https://api.example.com/a Bearer token-1"}},
		"a request with credentials is not changed": {
			nil, func(r *http.Request) { r.SetBasicAuth("a", "b") }, []string{"https://api.example.com/a Basic YTpi"},
		},
		"a request with a nil Authorization header is not changed": {
			nil, func(r *http.Request) { r.Header["Authorization"] = nil }, []string{"https://api.example.com/a "},
		},
		"a redirect to the same host gets the token": {
			map[string]string{"https://api.example.com/a": "/b"}, nil,
			[]string{"https://api.example.com/a Bearer token-1", "https://api.example.com/b Bearer token-1"},
		},
		"a redirect to another host does not get the token, nor does one back to the first host": {
			map[string]string{"https://api.example.com/a": "https://evil.example/b", "https://evil.example/b": "https://evil.example/c", "https://evil.example/c": "https://api.example.com/d"}, nil,
			[]string{
				"https://api.example.com/a Bearer token-1", "https://evil.example/b ", "https://evil.example/c ",
				"https://api.example.com/d ",
			},
		},
		"a redirect straight back does not get the token": {
			map[string]string{"https://api.example.com/a": "https://evil.example/", "https://evil.example/": "https://api.example.com/b"}, nil,
			[]string{"https://api.example.com/a Bearer token-1", "https://evil.example/ ", "https://api.example.com/b "},
		},
		"a redirect to another port and back does not get the token": {
			map[string]string{"https://api.example.com/a": "https://api.example.com:8443/", "https://api.example.com:8443/": "https://api.example.com/b"}, nil,
			[]string{"https://api.example.com/a Bearer token-1", "https://api.example.com:8443/ ", "https://api.example.com/b "},
		},
		"a redirect by plain HTTP does not get the token": {
			map[string]string{"https://api.example.com/a": "http://api.example.com/a", "http://api.example.com/a": "https://api.example.com/b"}, nil,
			[]string{"https://api.example.com/a Bearer token-1", "http://api.example.com/a ", "https://api.example.com/b "},
		},
		"redirects within the host, there and back, get the token": {
			map[string]string{"https://api.example.com/a": "/b", "https://api.example.com/b": "/c"}, nil,
			[]string{"https://api.example.com/a Bearer token-1", "https://api.example.com/b Bearer token-1", "https://api.example.com/c Bearer token-1"},
		},
		"a redirect to plain HTTP does not get the token": {
			map[string]string{"https://api.example.com/a": "http://api.example.com/a"}, nil,
			[]string{"https://api.example.com/a Bearer token-1", "http://api.example.com/a "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &recorder{redirect: tt.redirect}
			c := &http.Client{Transport: source(t, newIssuer(3600)).Transport(server)}
			last := get(t, c, "https://api.example.com/a", tt.edit)
			assert.Equal(t, tt.want, server.requests)
			assert.NotContains(t, last.Header.Get("Authorization"), "token-1", "the response's Request does not have the token")
		})
	}
	t.Run("the caller's request is not changed", func(t *testing.T) {
		t.Parallel()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/", nil)
		require.NoError(t, err)
		resp, err := source(t, newIssuer(3600)).Transport(new(recorder)).RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Empty(t, req.Header)
	})
	t.Run("without a token, nothing is sent and the body is closed", func(t *testing.T) {
		t.Parallel()
		i, server := newIssuer(3600), new(recorder)
		i.fails(http.StatusUnauthorized)
		body := &closer{Reader: strings.NewReader("x")}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/", body)
		require.NoError(t, err)
		_, err = (&http.Client{Transport: source(t, i).Transport(server)}).Do(req) //nolint:bodyclose // there is none
		_, ok := errors.AsType[*stytcherror.Error](err)
		require.True(t, ok, "%v", err)
		assert.True(t, body.closed)
		assert.Empty(t, server.requests)
	})
	t.Run("CloseIdleConnections is passed on", func(t *testing.T) {
		t.Parallel()
		server := new(recorder)
		(&http.Client{Transport: source(t, newIssuer(1)).Transport(server)}).CloseIdleConnections()
		assert.True(t, server.closed)
		(&http.Client{Transport: source(t, newIssuer(1)).Transport(roundTrip(nil))}).CloseIdleConnections()
		assert.NotNil(t, source(t, newIssuer(1)).Transport(nil))
	})
}

type closer struct {
	io.Reader

	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

func TestSetAuthHeader(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"": "Bearer t", "bearer": "Bearer t", "BEARER": "Bearer t", "DPoP": "DPoP t"} {
		req := new(http.Request)
		(&m2m.AccessToken{AccessToken: "t", TokenType: kind}).SetAuthHeader(req)
		assert.Equal(t, http.Header{"Authorization": {want}}, req.Header)
	}
}
