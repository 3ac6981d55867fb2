package stytchtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
)

// inProcess is the base URL of clients whose calls do not leave the process. Nothing listens there.
const inProcess = "http://localhost:1"

// Server is an emulator with one project, and has the methods of that project. Servers share no state, so tests can run
// in parallel. It is safe for concurrent use.
type Server struct {
	*emulator.Project

	tb       test
	client   *stytch.Client
	recorder recorder

	logIns   atomic.Uint64
	choosing chan struct{} // see chooseOrganization

	mu       sync.Mutex
	listener *httptest.Server
	clients  []*stytch.Client
}

// Option is an option of [New] and [NewServer].
type Option func(*emulator.Config)

// WithSeed makes ids, tokens and codes the same in every run, unless the seed is zero. Signing keys stay random.
func WithSeed(seed uint64) Option { return func(c *emulator.Config) { c.Seed = seed } }

// WithProject chooses project id and secret, see [emulator.Config]. An empty one is generated.
func WithProject(id, secret string) Option {
	return func(c *emulator.Config) { c.ProjectID, c.Secret = id, secret }
}

// WithRedirectURL sets where magic links lead when a request has no redirect URL. The default is
// http://localhost:3000/authenticate.
func WithRedirectURL(url string) Option { return func(c *emulator.Config) { c.RedirectURL = url } }

// New returns a Server for a test, and closes it when the test ends.
func New(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s := newServer(inTest{tb}, opts)
	tb.Cleanup(s.Close)
	return s
}

// NewServer returns a Server without a test. Where the methods of a test's Server fail the test, its methods panic with
// an error that wraps the cause.
func NewServer(opts ...Option) *Server { return newServer(noTest{}, opts) }

func newServer(tb test, opts []Option) *Server {
	tb.Helper()
	var config emulator.Config
	for _, opt := range opts {
		opt(&config)
	}
	em, err := emulator.New(config)
	check(tb, err)
	s := &Server{Project: em.Project(), tb: tb, recorder: recorder{next: em}, choosing: make(chan struct{}, 1)}
	s.client = s.NewClient(stytch.Config{})
	return s
}

// Close closes the idle connections of the Server's clients. If [Server.URL] opened a port, Close waits for the calls
// in progress and closes it; calls in the process still work.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		c.CloseIdleConnections()
	}
	if s.listener != nil {
		s.listener.Close()
	}
}

// Reset resets the project, see [emulator.Project.Reset], and empties [Server.Requests].
func (s *Server) Reset() {
	s.Project.Reset()
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	s.recorder.requests = nil
}

// URL is the base URL for calls over the network. The first call opens a port on the loopback interface.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		s.listener = httptest.NewServer(&s.recorder)
	}
	return s.listener.URL
}

// Transport hands requests to the emulator in the process, whatever their host. It adds no credentials.
func (s *Server) Transport() http.RoundTripper { return transport{&s.recorder} }

// Client returns a client of the Server's project.
func (s *Server) Client() *stytch.Client { return s.client }

// NewClient returns another client, with the settings in config. Project id and secret are always the Server's, and Now
// is its clock by default. If config has a BaseURL or an HTTPClient, calls go over the network; BaseURL is then
// [Server.URL] by default.
func (s *Server) NewClient(config stytch.Config) *stytch.Client {
	s.tb.Helper()
	config.ProjectID, config.Secret = s.ID(), s.Secret()
	if config.Now == nil {
		config.Now = s.Clock().Now
	}
	switch {
	case config.BaseURL == "" && config.HTTPClient == nil:
		config.BaseURL, config.HTTPClient = inProcess, &http.Client{Transport: s.Transport()}
	case config.BaseURL == "":
		config.BaseURL = s.URL()
	}
	if config.FraudBaseURL == "" {
		config.FraudBaseURL = config.BaseURL
	}
	client, err := stytch.NewClient(config)
	check(s.tb, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = append(s.clients, client)
	return client
}

// test is what a Server uses of a test.
type test interface {
	Helper()
	Context() context.Context
	Logf(format string, args ...any)
	// fail does not return.
	fail(err error)
}

// inTest is a test. It must be failed from its own goroutine.
type inTest struct{ testing.TB }

func (t inTest) fail(err error) {
	t.Helper()
	t.Fatalf("%v", err)
}

// noTest is used without a test. It panics with the error where a test fails.
type noTest struct{}

func (noTest) Helper()                  {}
func (noTest) Logf(string, ...any)      {}
func (noTest) Context() context.Context { return context.Background() }
func (noTest) fail(err error)           { panic(err) }

// check fails the test if there is an error.
func check(tb test, err error) {
	tb.Helper()
	if err != nil {
		tb.fail(fmt.Errorf("stytchtest: %w", err))
	}
}
