package emulator_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// raw writes an HTTP request as it is, and returns status, header and body of the response.
func raw(t *testing.T, addr, request string) (int, http.Header, string) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err, request)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header, string(body)
}

// served serves an emulator on the loopback interface, and returns it with its address.
func served(t *testing.T, config emulator.Config) (*emulator.Emulator, string) {
	t.Helper()
	em, err := emulator.New(config)
	require.NoError(t, err)
	server := httptest.NewServer(em)
	t.Cleanup(server.Close)
	return em, server.Listener.Addr().String()
}

func TestHost_mustBeKnown(t *testing.T) {
	t.Parallel()
	_, addr := served(t, emulator.Config{Hosts: []string{"emulator", "Stytch.Test", "my_service.internal."}})
	for host, known := range map[string]bool{
		addr: true, "localhost": true, "LOCALHOST:4100": true, "localhost.": true, "localhost.:80": true, "localhost:": true,
		"127.0.0.1": true, "127.9.9.9:1": true, "192.168.1.7:4100": true, "0.0.0.0:4100": true,
		"[::1]": true, "[::1]:4100": true, "[fe80::1]": true, "[::ffff:127.0.0.1]:4100": true, "::1": true,
		"emulator": true, "EMULATOR:4100": true, "emulator.:4100": true, "stytch.test": true, "my_service.internal": true,

		"": false, ".": false, ":4100": false, "evil.example": false, "evil.example:4100": false,
		"localhost.evil.example": false, "127.0.0.1.evil.example": false, "127.0.0.1.nip.io": false, "localhost..": false,
		"x.localhost": false, "localhosts": false, "xlocalhost": false, "emulator.evil.example": false, "evil.emulator": false,
		"emulato":                false,
		"evil.example:127.0.0.1": false, "localhost:80:80": false, "localhost:x": false, "localhost:-1": false,
		"[localhost]": false, "[localhost]:80": false, "[evil.example]": false, "[::1]evil.example": false, "[::1": false,
		"[::1].evil.example:80": false, "127.0.0.1x": false, "127.1": false, "2130706433": false, "0x7f000001": false,
		"1.2.3.4.5": false, "localhost,evil.example": false,
	} {
		for _, path := range []string{"/_emulator/inbox", "/_emulator/snapshot", "/_emulator/", "/_emulator/health", "/v1/b2b/rbac/policy"} {
			status, _, body := raw(t, addr, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
			if known {
				assert.NotEqual(t, http.StatusForbidden, status, "%q %s", host, path)
			} else {
				assert.Equal(t, http.StatusForbidden, status, "%q %s", host, path)
				assert.Contains(t, body, "emulator_host_not_allowed", "%q %s", host, path)
				assert.Contains(t, body, "--host", "it says how to allow the host")
				assert.Contains(t, body, "Hosts")
			}
		}
	}
	for _, host := range []string{
		"user@localhost", "localhost@evil.example", "localhost:80@evil.example", "loc\u00e0lhost", "\u212aocalhost",
	} {
		status, _, _ := raw(t, addr, "GET /_emulator/inbox HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		assert.Equal(t, http.StatusBadRequest, status, "net/http refuses %q", host)
	}
}

// URLs that browsers are sent to are made from it.
func TestHost_mustBePartOfAURL(t *testing.T) {
	t.Parallel()
	em, addr := served(t, emulator.Config{Hosts: []string{"emulator"}})
	for _, host := range []string{
		"[fe80::1%25eth0]", "[fe80::1%eth0]:4100", "fe80::1%eth0", "[::1%25a.evil.example]", "localhost:65536", "localhost:99999999999999999999",
		"[::1]:65536", "emulator:70000", "127.0.0.1:655350", "::1",
	} {
		status, _, body := raw(t, addr, "GET /_emulator/health HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		assert.Equal(t, http.StatusBadRequest, status, host)
		assert.Contains(t, body, "bad_request", host)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_emulator/health", nil)
		r.Host = host
		w := httptest.NewRecorder()
		em.ServeHTTP(w, r)
		assert.Equal(t, http.StatusBadRequest, w.Code, "in the process: %s", host)
	}
	for _, host := range []string{"localhost:65535", "[::1]:65535", "[fe80::1]", "emulator:00080", "localhost:"} {
		status, _, body := raw(t, addr, "GET /_emulator/health HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		assert.Equal(t, http.StatusOK, status, "%s: %s", host, body)
	}
}

func TestHost_isThatOfTheRequestLineOrHeader(t *testing.T) {
	t.Parallel()
	_, addr := served(t, emulator.Config{})
	for name, row := range map[string]struct {
		request string
		status  int
	}{
		"an absolute URL":             {"GET http://evil.example/_emulator/inbox HTTP/1.1\r\nHost: localhost\r\n\r\n", 403},
		"an absolute URL of ours":     {"GET http://localhost/_emulator/inbox HTTP/1.1\r\nHost: evil.example\r\n\r\n", 200},
		"a forwarded host is no host": {"GET /_emulator/inbox HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost\r\n\r\n", 403},
		"nor does it refuse":          {"GET /_emulator/inbox HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\n\r\n", 200},
		"HTTP/1.0 without a host":     {"GET /_emulator/inbox HTTP/1.0\r\n\r\n", 403},
		"two hosts":                   {"GET /_emulator/inbox HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400},
		"CONNECT":                     {"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 403},
		"POST":                        {"POST /_emulator/reset HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n", 403},
		"HEAD":                        {"HEAD /_emulator/inbox HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
		"a long host":                 {"GET / HTTP/1.1\r\nHost: " + strings.Repeat("a.", 20_000) + "example\r\n\r\n", 403},
	} {
		status, _, body := raw(t, addr, row.request)
		assert.Equal(t, row.status, status, name)
		assert.Less(t, len(body), 2000, name)
	}
}

// The keys are public, but a page that reads them by DNS rebinding could read everything else.
func TestHost_refusesTheKeysToo(t *testing.T) {
	t.Parallel()
	em, addr := served(t, emulator.Config{})
	path := "/v1/b2b/sessions/jwks/" + em.Project().ID()
	status, _, _ := raw(t, addr, "GET "+path+" HTTP/1.1\r\nHost: evil.example\r\n\r\n")
	assert.Equal(t, http.StatusForbidden, status)
	status, _, _ = raw(t, addr, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
}

func TestHost_isNotCheckedInTheProcess(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	for _, host := range []string{"stytch.example", "localhost", "127.0.0.1:1"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/_emulator/health", nil)
		require.NoError(t, err)
		resp, err := server.Transport().RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusOK, resp.StatusCode, host)
	}
	// A server that is being tested calls the emulator in its own process, with the context of the request it serves.
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://stytch.example/_emulator/health", nil)
		if resp, err := server.Transport().RoundTrip(req); assert.NoError(t, err) {
			w.WriteHeader(resp.StatusCode)
			_ = resp.Body.Close()
		}
	}))
	defer app.Close()
	status, _, _ := raw(t, app.Listener.Addr().String(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
}

func TestNew_refusesHostsThatAreNotNames(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", ".", "*", "*.example.com", "emulator:4100", "http://emulator", "emulator/", "a b", "a..b", "-a", "a-", ".a",
		"user@emulator", "m\u00fcnchen.example", "\u212aate", "a\n", "[::1]", strings.Repeat("a", 300),
	} {
		_, err := emulator.New(emulator.Config{Hosts: []string{"good", bad}})
		assert.ErrorContains(t, err, "Hosts", "%q", bad)
	}
	for _, good := range []string{"emulator", "EMULATOR", "a.b.c", "a_b", "10.0.0.1", "x1", "xn--mnchen-3ya.example.", "localhost"} {
		_, err := emulator.New(emulator.Config{Hosts: []string{good}})
		assert.NoError(t, err, fmt.Sprintf("%q", good))
	}
}
