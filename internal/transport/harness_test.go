package transport_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Secrets contain the word cAnArY, for which canarytest looks.
const (
	projectID   = "project-test-11111111-1111-4111-8111-111111111111"
	secretText  = "secret-test-cAnArY+sEcReT/0123456789abcdef="
	token       = "cAnArY-intermediate-session-token-0123456789"
	callerToken = "cAnArY-session-token-of-the-caller-012345678"
	callerJWT   = "eyJjAnArY.eyJzdWIiOiJjYWxsZXIifQ.cAnArYsIgNaTuRe"
)

const (
	jsonOK  = `{"request_id": "request-id-1", "status_code": 200}`
	jsonErr = `{"status_code": 404, "request_id": "request-id-1", "error_type": "intermediate_session_not_found",
		"error_message": "No such session.", "error_url": "https://example.com/404"}`
)

// server is a loopback server that counts connections and requests.
type server struct {
	*httptest.Server
	connections, open, requests atomic.Int64
}

// serve starts a server. At the end of the test, it checks that the client left no connection open.
func serve(t *testing.T, handler http.HandlerFunc) *server {
	return start(t, handler, (*httptest.Server).Start)
}

func serveTLS(t *testing.T, handler http.HandlerFunc) *server {
	return start(t, handler, (*httptest.Server).StartTLS)
}

func start(t *testing.T, handler http.HandlerFunc, begin func(*httptest.Server)) *server {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return startOn(t, listener, handler, begin)
}

// serveInBubble starts a server that listens on pipes, and returns an edit of the configuration that makes a client
// dial it. In a synctest bubble, a test then does not depend on the machine's speed.
func serveInBubble(t *testing.T, handler http.HandlerFunc) (*server, func(*stytch.Config)) {
	t.Helper()
	closed := make(chan struct{})
	p := pipes{dialled: make(chan net.Conn), closed: closed, end: sync.OnceFunc(func() { close(closed) })}
	s := startOn(t, p, handler, (*httptest.Server).Start)
	return s, func(c *stytch.Config) { c.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: p.dial}} }
}

// pipes is a listener in memory.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
	end     func()
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.dialled <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	p.end()
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func startOn(t *testing.T, on net.Listener, handler http.HandlerFunc, begin func(*httptest.Server)) *server {
	t.Helper()
	s := new(server)
	s.Server = &httptest.Server{Listener: on, Config: &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.requests.Add(1)
			handler(w, r)
		}),
		ReadHeaderTimeout: time.Minute,
	}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.connections.Add(1)
			s.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			s.open.Add(-1)
		case http.StateActive, http.StateIdle:
		}
	}
	begin(s.Server)
	t.Cleanup(func() {
		require.Eventually(t, func() bool { return s.open.Load() == 0 }, 5*time.Second, time.Millisecond,
			"a connection was left open")
		s.Close()
	})
	return s
}

// newClient returns a client for base, which makes one attempt per call unless edit says otherwise. Its connections are
// not shared with other tests, of which some count theirs.
func newClient(t *testing.T, base string, edit ...func(*stytch.Config)) *stytch.Client {
	t.Helper()
	config := stytch.Config{
		ProjectID: projectID, Secret: secretText, BaseURL: base, Retry: shared.RetryPolicy{MaxAttempts: 1},
		HTTPClient: &http.Client{Transport: transport.NewTransport()},
	}
	for _, e := range edit {
		e(&config)
	}
	client, err := stytch.NewClient(config)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// roundTrip is an http.RoundTripper that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// inMemory makes the client use f in place of a network.
func inMemory(f roundTrip) func(*stytch.Config) {
	return func(c *stytch.Config) { c.HTTPClient = &http.Client{Transport: f} }
}

// withClock makes the client's clock stand still.
func withClock(now time.Time) func(*stytch.Config) {
	return func(c *stytch.Config) { c.Now = func() time.Time { return now } }
}

// retrying gives the client the default number of attempts.
func retrying(c *stytch.Config) { c.Retry.MaxAttempts = 0 }

// respond returns a response. Headers are given as "Name: value".
func respond(req *http.Request, status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		resp.Header.Add(name, value)
	}
	return resp
}

// exchange makes a single-use call with a secret in its body.
func exchange(
	ctx context.Context, client *stytch.Client, opts ...shared.RequestOption,
) (*intermediatesessions.ExchangeResponse, error) {
	return client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: token, OrganizationID: "organization-1",
	}, opts...)
}

// getSessions makes a call of class read.
func getSessions(ctx context.Context, client *stytch.Client, opts ...shared.RequestOption) (*sessions.GetResponse, error) {
	return client.B2B.Sessions.Get(ctx,
		&sessions.GetRequest{OrganizationID: "organization-1", MemberID: "member-1"}, opts...)
}

// requireError requires that there is an error of exactly type E and no response, and that it shows no secret.
func requireError[E error, R any](t *testing.T, resp *R, err error) E {
	t.Helper()
	require.Nil(t, resp)
	require.Error(t, err)
	typed, ok := err.(E) //nolint:errorlint // the outermost error is meant
	require.True(t, ok, "%T: %v", err, err)
	requireHidden(t, err)
	return typed
}

// requireHidden requires that neither err nor what it wraps shows a secret.
func requireHidden(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		canarytest.Hidden(t, err, secretText, token, callerToken, callerJWT, "cAnArY")
	}
}

// Short names of the error types.
type (
	apiError      = *stytcherror.Error
	requestError  = *stytcherror.RequestError
	decodeError   = *stytcherror.DecodeError
	argumentError = *stytcherror.ArgumentError
)
