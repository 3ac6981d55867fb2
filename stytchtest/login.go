package stytchtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/emulator"
)

// messageTimeout bounds how long WaitMessage waits.
const messageTimeout = 5 * time.Second

// WaitMessage returns the newest message to an address or number. If there is none yet, it waits for one, five seconds
// at most. To wait for the next one, call Inbox().Clear before it is sent.
func (s *Server) WaitMessage(to string) emulator.Message {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), messageTimeout)
	defer cancel()
	m, err := s.Inbox().Wait(ctx, to)
	if err != nil {
		check(s.tb, fmt.Errorf("no message to %s, %s: %w", to, s.recipients(), err))
	}
	return m
}

// recipients says who has messages, up to ten addresses and numbers.
func (s *Server) recipients() string {
	const most = 10
	var all []string
	for _, m := range s.Inbox().Messages("") {
		if !slices.Contains(all, m.To) {
			all = append(all, m.To)
		}
	}
	switch {
	case len(all) == 0:
		return "nor to anybody"
	case len(all) > most:
		return fmt.Sprintf("but to %s and %d others", strings.Join(all[:most], ", "), len(all)-most)
	}
	return "but to " + strings.Join(all, ", ")
}

// MagicLink sends a discovery magic link to an address and returns its token, for
// client.B2B.MagicLinks.Discovery.Authenticate. The token is valid for an hour.
func (s *Server) MagicLink(email string) string {
	s.tb.Helper()
	_, err := s.client.B2B.MagicLinks.Email.Discovery.Send(s.tb.Context(), &magiclinksemaildiscovery.SendRequest{
		EmailAddress: email,
	})
	check(s.tb, err)
	return s.WaitMessage(email).Token
}

// IntermediateSession authenticates a magic link to an address and returns the intermediate session token, which is
// valid for ten minutes.
func (s *Server) IntermediateSession(email string) string {
	s.tb.Helper()
	req := &magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: s.MagicLink(email)}
	resp, err := s.client.B2B.MagicLinks.Discovery.Authenticate(s.tb.Context(), req)
	check(s.tb, err)
	return resp.IntermediateSessionToken
}

// CreateOrganization creates an organization whose first member and administrator has the e-mail address. The response
// has that member's session, unless settings require a second factor. settings may be nil; its
// IntermediateSessionToken and OrganizationName are ignored.
func (s *Server) CreateOrganization(
	email, name string, settings *discoveryorganizations.CreateRequest,
) *discoveryorganizations.CreateResponse {
	s.tb.Helper()
	req := *cmp.Or(settings, new(discoveryorganizations.CreateRequest))
	req.IntermediateSessionToken, req.OrganizationName = s.IntermediateSession(email), &name
	resp, err := s.client.B2B.Discovery.Organizations.Create(s.tb.Context(), &req)
	check(s.tb, err)
	return resp
}
