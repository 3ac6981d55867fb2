package stytchtest

import (
	"context"
	"time"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/emulator"
)

// messageTimeout is how long WaitMessage waits.
const messageTimeout = 5 * time.Second

// WaitMessage returns the newest message to an address or number, and waits five seconds for one at most.
func (s *Server) WaitMessage(to string) emulator.Message {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), messageTimeout)
	defer cancel()
	m, err := s.Inbox().Wait(ctx, to)
	if err != nil {
		s.tb.Fatalf("stytchtest: no message to %s: %v", to, err)
	}
	return m
}

// MagicLink sends a discovery magic link to an address and returns its token, for
// client.B2B.MagicLinks.Discovery.Authenticate. It is good for an hour.
func (s *Server) MagicLink(email string) string {
	s.tb.Helper()
	_, err := s.client.B2B.MagicLinks.Email.Discovery.Send(s.tb.Context(), &magiclinksemaildiscovery.SendRequest{
		EmailAddress: email,
	})
	check(s.tb, err)
	return s.WaitMessage(email).Token
}

// IntermediateSession returns the token of an intermediate session of whoever has the address, by a magic link. It is
// good for ten minutes.
func (s *Server) IntermediateSession(email string) string {
	s.tb.Helper()
	resp, err := s.client.B2B.MagicLinks.Discovery.Authenticate(s.tb.Context(), &magiclinksdiscovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: s.MagicLink(email),
	})
	check(s.tb, err)
	return resp.IntermediateSessionToken
}

// CreateOrganization creates an organization, whose administrator is whoever has the address. The answer holds the
// administrator's session, unless settings ask for a second factor. settings may be nil; its IntermediateSessionToken
// and OrganizationName are not looked at.
func (s *Server) CreateOrganization(
	email, name string, settings *discoveryorganizations.CreateRequest,
) *discoveryorganizations.CreateResponse {
	s.tb.Helper()
	var req discoveryorganizations.CreateRequest
	if settings != nil {
		req = *settings
	}
	req.IntermediateSessionToken, req.OrganizationName = s.IntermediateSession(email), &name
	resp, err := s.client.B2B.Discovery.Organizations.Create(s.tb.Context(), &req)
	check(s.tb, err)
	return resp
}
