// Package stage sets the emulator up for the examples beside the services, and brings people as far as an example
// begins. It is used by tests only.
//
//	s := stage.New()
//	ist := s.Prove("ada@example.com")
//
// Its functions panic where a call fails, so that examples need not look.
package stage

import (
	"context"
	"net/http"
	"net/http/httptest"

	stytch "github.com/seed75add069/stytch-go"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/emulator"
)

// Stage is an emulator of an example's own, and a client that talks to it without a network.
type Stage struct {
	*emulator.Project

	Client *stytch.Client
}

// New returns a stage with nobody on it.
func New() *Stage {
	em := must(emulator.New(emulator.Config{}))
	project := em.Project()
	return &Stage{Project: project, Client: must(stytch.NewClient(stytch.Config{
		ProjectID: project.ID(), Secret: project.Secret(), HTTPClient: &http.Client{Transport: direct{em}},
	}))}
}

// Link has a discovery magic link sent to an address and returns its token.
func (s *Stage) Link(email string) string {
	must(s.Client.B2B.MagicLinks.Email.Discovery.Send(context.Background(), &magiclinksemaildiscovery.SendRequest{
		EmailAddress: email,
	}))
	return s.Inbox().Messages(email)[0].Token
}

// Prove returns an intermediate session in which an address is proved.
func (s *Stage) Prove(email string) string {
	return must(s.Client.B2B.MagicLinks.Discovery.Authenticate(context.Background(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: s.Link(email)})).IntermediateSessionToken
}

// Found creates an organization. Whoever has the address administers it and is logged in. settings may be nil.
func (s *Stage) Found(
	email, name string, settings *discoveryorganizations.CreateRequest,
) *discoveryorganizations.CreateResponse {
	var req discoveryorganizations.CreateRequest
	if settings != nil {
		req = *settings
	}
	req.IntermediateSessionToken, req.OrganizationName = s.Prove(email), new(name)
	return must(s.Client.B2B.Discovery.Organizations.Create(context.Background(), &req))
}

// direct hands requests to a handler.
type direct struct{ http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	w, served := httptest.NewRecorder(), req.Clone(req.Context())
	if served.Body == nil {
		served.Body = http.NoBody // as a server has it
	}
	d.ServeHTTP(w, served)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
