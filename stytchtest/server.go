package stytchtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
)

// inProcess is the base URL of clients whose calls do not leave the process.
const inProcess = "http://stytchtest.localhost"

// Server is an emulator with one project, whose state, clock, inbox and faults it offers. Servers have nothing in
// common, so tests can run side by side. It is safe for concurrent use.
type Server struct {
	*emulator.Project

	tb       test
	client   *stytch.Client
	recorder recorder

	mu       sync.Mutex
	listener *httptest.Server
	clients  []*stytch.Client
}

// Option changes how a Server is set up.
type Option func(*emulator.Config)

// WithSeed makes ids, tokens and codes the same in every run.
func WithSeed(seed uint64) Option { return func(c *emulator.Config) { c.Seed = seed } }

// WithProject chooses project id and secret.
func WithProject(id, secret string) Option {
	return func(c *emulator.Config) { c.ProjectID, c.Secret = id, secret }
}

// WithRedirectURL chooses where magic links lead when a request names no other address.
func WithRedirectURL(url string) Option { return func(c *emulator.Config) { c.RedirectURL = url } }

// New returns a Server for a test, and closes it when the test ends.
func New(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s := newServer(tb, opts)
	tb.Cleanup(s.Close)
	return s
}

// NewServer returns a Server without a test. Its methods panic where those of a test's Server fail the test.
func NewServer(opts ...Option) *Server { return newServer(noTest{}, opts) }

func newServer(tb test, opts []Option) *Server {
	tb.Helper()
	var config emulator.Config
	for _, opt := range opts {
		opt(&config)
	}
	em, err := emulator.New(config)
	check(tb, err)
	s := &Server{Project: em.Project(), tb: tb, recorder: recorder{next: em}}
	s.client = s.NewClient(stytch.Config{})
	return s
}

// Close closes the port of [Server.URL], if one was opened, after the calls that are under way, and the idle
// connections of the Server's clients.
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

// Reset makes the project as it was at first, but for id and secret, and forgets [Server.Requests].
func (s *Server) Reset() {
	s.Project.Reset()
	s.recorder.reset()
}

// URL is the base URL for whoever calls over the network. The first call opens a port on the loopback interface.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		s.listener = httptest.NewServer(&s.recorder)
	}
	return s.listener.URL
}

// Transport answers requests in the process, whatever host they are for. It adds no credentials.
func (s *Server) Transport() http.RoundTripper { return transport{&s.recorder} }

// Client returns a client of the Server's project.
func (s *Server) Client() *stytch.Client { return s.client }

// NewClient returns a further client, with settings of its own. Project and secret are the Server's. Now is its clock,
// unless config has another. With a BaseURL or an HTTPClient in config, calls go over the network: to BaseURL, which
// is [Server.URL] when empty.
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

// test is what a Server needs of a testing.TB.
type test interface {
	Helper()
	Fatalf(format string, args ...any)
	Context() context.Context
}

// noTest stands in where there is no test: it panics.
type noTest struct{}

func (noTest) Helper()                           {}
func (noTest) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (noTest) Context() context.Context          { return context.Background() }

// check ends the test if there is an error.
func check(tb test, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("stytchtest: %v", err)
	}
}
