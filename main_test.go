package stytch_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testID = "project-test-11111111-1111-4111-8111-111111111111"
	liveID = "project-live-11111111-1111-4111-8111-111111111111"
	// Secrets contain the word cAnArY, for which canarytest looks.
	secretText = "secret-test-cAnArY+sEcReT/0123456789abcdef="
	liveSecret = "secret-live-cAnArY+sEcReT/0123456789abcdef="

	jsonOK = `{"request_id": "request-id-1", "status_code": 200}`
)

// roundTrip is an http.RoundTripper that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func respond(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// client returns a client that talks to f instead of a network.
func client(t testing.TB, f roundTrip, edit ...func(*stytch.Config)) *stytch.Client {
	t.Helper()
	config := stytch.Config{ProjectID: testID, Secret: secretText, HTTPClient: &http.Client{Transport: f}}
	for _, e := range edit {
		e(&config)
	}
	c, err := stytch.NewClient(config)
	require.NoError(t, err)
	return c
}
