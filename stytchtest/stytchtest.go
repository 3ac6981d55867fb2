// Package stytchtest is for tests: the emulator behind a testing.TB, with a client that talks to it.
//
//	func TestLogin(t *testing.T) {
//		stytch := stytchtest.New(t)
//		client := stytch.Client()
//		// ... send a magic link, then:
//		token := stytch.WaitMessage("ada@example.com").Token
//		stytch.Clock().Advance(11 * time.Minute)
//	}
package stytchtest

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
)

// messageTimeout is how long WaitMessage waits; the emulator delivers at once.
const messageTimeout = 5 * time.Second

// Server is an emulator of a test's own, on a loopback address. Tests that run side by side do not meet.
type Server struct {
	*emulator.Project
	// URL is the base URL.
	URL string

	tb     testing.TB
	client *stytch.Client
}

// Option changes the emulator of one test.
type Option func(*emulator.Config)

// WithSeed makes ids, tokens and codes the same in every run.
func WithSeed(seed uint64) Option { return func(c *emulator.Config) { c.Seed = seed } }

// WithProject chooses project id and secret.
func WithProject(id, secret string) Option {
	return func(c *emulator.Config) { c.ProjectID, c.Secret = id, secret }
}

// WithRedirectURL chooses where magic links lead when a request names no other address.
func WithRedirectURL(url string) Option { return func(c *emulator.Config) { c.RedirectURL = url } }

// New starts an emulator, which ends with the test.
func New(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	var config emulator.Config
	for _, opt := range opts {
		opt(&config)
	}
	em, err := emulator.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	server := httptest.NewServer(em)
	tb.Cleanup(server.Close)
	s := &Server{Project: em.Project(), URL: server.URL, tb: tb}
	s.client = s.NewClient(stytch.Config{})
	return s
}

// Client returns a client of the emulator's project.
func (s *Server) Client() *stytch.Client { return s.client }

// NewClient returns a further client with settings of its own; project and address are filled in.
func (s *Server) NewClient(config stytch.Config) *stytch.Client {
	s.tb.Helper()
	config.ProjectID, config.Secret = s.ID(), s.Secret()
	config.BaseURL, config.FraudBaseURL = s.URL, s.URL
	client, err := stytch.NewClient(config)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.tb.Cleanup(client.CloseIdleConnections)
	return client
}

// WaitMessage returns the newest message to an address or number. The test fails if none comes.
func (s *Server) WaitMessage(to string) emulator.Message {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), messageTimeout)
	defer cancel()
	m, err := s.Inbox().Wait(ctx, to)
	if err != nil {
		s.tb.Fatalf("no message to %s: %v", to, err)
	}
	return m
}
