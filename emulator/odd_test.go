package emulator_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// An error that names one of several unknown parameters names the same one every time.
func TestOdd_unknownParametersOfTheQueryAreNamedInOrder(t *testing.T) {
	t.Parallel()
	em, addr := served(t, emulator.Config{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr, nil)
	require.NoError(t, err)
	req.SetBasicAuth(em.Project().ID(), em.Project().Secret())
	for range 20 {
		status, _, body := raw(t, addr, "GET /v1/b2b/sessions?organization_id=o&e=1&d=1&c=1&b=1 HTTP/1.1\r\nHost: localhost\r\n"+
			"Authorization: "+req.Header.Get("Authorization")+"\r\n\r\n")
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Contains(t, body, "There is no parameter b.")
	}
}

// Whatever the method and the path are, the answer is one of the API's errors.
func TestOdd_everyPathAndMethodHasAnErrorOfTheAPI(t *testing.T) {
	t.Parallel()
	em, addr := served(t, emulator.Config{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr, nil)
	require.NoError(t, err)
	req.SetBasicAuth(em.Project().ID(), em.Project().Secret())
	for _, credentials := range []string{"", "Authorization: " + req.Header.Get("Authorization") + "\r\n"} {
		for _, path := range []string{
			"/", "//", "///", "/v1", "/v1/", "/v1//b2b", "/v1/%ff", "/v1/%FF%fe", "/v1/%c3%28", "/v1/%ed%a0%80", "/v1/%00", "/v1/%2f", "/v1/%2e%2e/",
			"/v1/b2b/%2fsessions", "/v1/b2b/sessions?%ff=%ff", "/v1/b2b/sessions?a=%zz;b", "/v1/%0d%0aX:%20y", "/v1/b2b/rbac/organizations/%ff",
			"/v1/b2b/rbac/organizations/%2f", "/v1/b2b/sessions/jwks/%ff", "/v1/b2b/sessions/jwks/", "/v1/public/%ff/oauth2/token", "/v1/public/", "/v1/public",
			"/" + strings.Repeat("a", 60_000), "/v1/" + strings.Repeat("%ff", 10_000), "/" + strings.Repeat("/", 10_000), "http://localhost/v1/%ff",
		} {
			for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X"} {
				request := method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n" + credentials + "\r\n"
				status, header, body := raw(t, addr, request)
				name := method + " " + path[:min(len(path), 40)]
				assert.GreaterOrEqual(t, status, 400, name)
				assert.NotEqual(t, 500, status, name)
				assert.Equal(t, "application/json", header.Get("Content-Type"), name)
				for _, member := range []string{`"status_code":`, `"error_type":"`, `"error_message":"`, `"request_id":"request-id-test-`} {
					assert.Contains(t, body, member, name)
				}
				assert.Regexp(t, `"error_url":"https://stytch.com/docs/(b2b/)?api/errors/`+fmt.Sprint(status)+`#[a-z0-9_]+"`, body, name)
			}
		}
	}
	for _, request := range []string{
		"OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /v1/% HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /v1/\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"POST /v1/b2b HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
	} {
		_, _, body := raw(t, addr, request)
		assert.NotContains(t, body, em.Project().Secret())
	}
	status, _, body := raw(t, addr, "GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
	assert.Equal(t, http.StatusOK, status, body)
}

func TestOdd_malformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	_, err := io.CopyN(zip, zeros{}, 64<<20)
	require.NoError(t, err)
	require.NoError(t, zip.Close())
	for name, body := range map[string]string{
		"gzip": bomb.String(), "a BOM": "\ufeff{}", "not UTF-8": "{\"email_address\": \"a\xff@example.com\"}", "half an emoji": `{"email_address": "a\ud83d@example.com"}`,
		"a doubled name": `{"email_address": "a@example.com", "email_address": "b@example.com"}`, "two values": `{"email_address": "a@example.com"}{}`,
		"a large number": `{"email_address": "a@example.com", "discovery_expiration_minutes": 1e400}`, "lists": strings.Repeat("[", 1<<19), "objects": strings.Repeat(`{"a":`, 200_000),
		"null": "null", "a string": `"x"`, "nothing": "",
	} {
		got := h.call("POST", sendPath, body)
		assert.Equal(t, 400, got.status, name)
		for _, path := range []string{"clock", "faults", "snapshot"} {
			got = h.send("POST", "/_emulator/"+path, body, "", "")
			assert.Equal(t, 400, got.status, "%s %s", path, name)
		}
	}
}

// deadlines records the deadlines that a handler sets for reading.
type deadlines struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.set = append(d.set, t); return nil }

// A client that sends a body slowly is cut off; one that waits long for an answer is not.
func TestOdd_slowBodiesAreCutOff(t *testing.T) {
	t.Parallel()
	em, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	for _, path := range []string{"/_emulator/snapshot", sendPath} {
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		var during []time.Time
		body := readerFunc(func([]byte) (int, error) { during = slices.Clone(w.set); return 0, io.EOF })
		em.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, body))
		require.Len(t, during, 1, path)
		assert.WithinDuration(t, time.Now(), during[0], time.Minute, path)
		require.Len(t, w.set, 2, path)
		assert.Zero(t, w.set[1], path)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
