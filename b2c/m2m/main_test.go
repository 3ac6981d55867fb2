package m2m_test

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clientSecret has the word cAnArY, as all secrets in these tests.
const clientSecret = "cAnArY+sEcReT/0123456789abcdef="

func request() *m2m.TokenRequest {
	return &m2m.TokenRequest{ClientID: minttest.M2MClient, ClientSecret: clientSecret}
}

// inBubble runs a subtest in a bubble of package synctest. It fails if a goroutine is left.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// roundTrip is a function that is an http.RoundTripper.
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

// client returns a client that sends through rt and does not retry.
func client(t testing.TB, rt http.RoundTripper, edit ...func(*stytch.Config)) *stytch.Client {
	t.Helper()
	config := stytch.Config{
		ProjectID: minttest.Project, Secret: minttest.Secret, HTTPClient: &http.Client{Transport: rt},
		Retry: shared.RetryPolicy{MaxAttempts: 1},
	}
	for _, e := range edit {
		e(&config)
	}
	c, err := stytch.NewClient(config)
	require.NoError(t, err)
	return c
}

// issuer is a token endpoint in memory. Its tokens are "token-1", "token-2" and so on.
type issuer struct {
	mu     sync.Mutex
	takes  time.Duration // how long a response takes
	life   int           // of a token, in seconds
	answer func(*http.Request) (*http.Response, error)
	forms  []url.Values // of the requests
}

func newIssuer(life int) *issuer { return &issuer{life: life} }

func (i *issuer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.forms = append(i.forms, form)
	n, takes, answer, life := len(i.forms), i.takes, i.answer, i.life
	i.mu.Unlock()
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case <-time.After(takes):
	}
	if answer != nil {
		return answer(req)
	}
	return respond(req, http.StatusOK, tokenAnswer(n, life)), nil
}

func tokenAnswer(n, life int) string {
	return `{"access_token": "token-` + strconv.Itoa(n) + `", "token_type": "bearer", "expires_in": ` + strconv.Itoa(life) +
		`, "request_id": "request-id-1", "status_code": 200}`
}

// set sets how long a response takes, and the response; nil for a token.
func (i *issuer) set(takes time.Duration, answer func(*http.Request) (*http.Response, error)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.takes, i.answer = takes, answer
}

// fails makes the issuer answer with a status.
func (i *issuer) fails(status int, header ...string) {
	i.set(0, func(r *http.Request) (*http.Response, error) { return respond(r, status, "", header...), nil })
}

// requests returns the number of requests.
func (i *issuer) requests() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.forms)
}
