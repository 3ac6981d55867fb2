package samlshield_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/samlshield"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Secrets contain the word cAnArY, for which canarytest looks.
const (
	token     = "public-token-test-cAnArY+0123456789="
	liveToken = "public-token-live-cAnArY+0123456789="
	assertion = "PHNhbWxwOlJlc3BvbnNlPmNBbkFyWQ+/cAnArY/0123456789=="

	jsonOK = `{"request_id": "request-id-1", "status_code": 200, "message": "Valid."}`
)

var request = &samlshield.ValidateRequest{SAMLResponse: assertion}

// roundTrip is an http.RoundTripper that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func respond(req *http.Request, status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		resp.Header.Add(name, value)
	}
	return resp
}

// answering is a transport that always returns the same response.
func answering(status int, body string, header ...string) roundTrip {
	return func(r *http.Request) (*http.Response, error) { return respond(r, status, body, header...), nil }
}

// client returns a client that talks to f instead of a network.
func client(t *testing.T, f roundTrip, edit ...func(*samlshield.Config)) *samlshield.Client {
	t.Helper()
	config := samlshield.Config{PublicToken: token, HTTPClient: &http.Client{Transport: f}}
	for _, e := range edit {
		e(&config)
	}
	c, err := samlshield.NewClient(config)
	require.NoError(t, err)
	return c
}
