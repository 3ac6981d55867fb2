package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// story is two people, one organization.
type story struct {
	client *stytch.Client
	inbox  *emulator.Inbox
	out    io.Writer
	step   int
}

func (s *story) say(format string, args ...any) {
	s.step++
	_, _ = fmt.Fprintf(s.out, "%2d. %s\n", s.step, fmt.Sprintf(format, args...))
}

// found logs the first person in, who creates an organization that admits colleagues by their e-mail domain.
func (s *story) found(ctx context.Context, email string) (organizationID string, err error) {
	proof, err := s.prove(ctx, email)
	if err != nil {
		return "", err
	}
	s.say("%s belongs to %d organizations, so creates one.", email, len(proof.DiscoveredOrganizations))
	_, domain, _ := strings.Cut(email, "@")
	created, err := s.client.B2B.Discovery.Organizations.Create(ctx, &discoveryorganizations.CreateRequest{
		IntermediateSessionToken: proof.IntermediateSessionToken,
		OrganizationName:         new("Analytical Engines"),
		EmailJITProvisioning:     new(organizations.EmailJITProvisioningRestricted),
		EmailAllowedDomains:      []string{domain},
	})
	if err != nil {
		return "", err
	}
	s.say("Created %s (%s) with %s as its first member, role stytch_admin.",
		created.Organization.OrganizationSlug, created.Organization.OrganizationID, created.MemberID)
	return created.Organization.OrganizationID, s.verify(ctx, created.SessionToken, created.SessionJWT)
}

// join logs the second person in, whom the organization admits because a colleague's address was verified before.
func (s *story) join(ctx context.Context, email, organizationID string) error {
	proof, err := s.prove(ctx, email)
	if err != nil {
		return err
	}
	for _, found := range proof.DiscoveredOrganizations {
		s.say("%s may join %s: %s.", email, found.Organization.OrganizationSlug, found.Membership.Type)
	}
	joined, err := s.client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: proof.IntermediateSessionToken,
		OrganizationID:           organizationID,
		SessionDurationMinutes:   new(60),
	})
	if err != nil {
		return err
	}
	s.say("Joined as %s, session %s until %s.", joined.MemberID, joined.MemberSession.MemberSessionID,
		joined.MemberSession.ExpiresAt.Format("15:04:05 MST"))
	if err := s.verify(ctx, joined.SessionToken, joined.SessionJWT); err != nil {
		return err
	}
	_, err = s.client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: proof.IntermediateSessionToken,
		OrganizationID:           organizationID,
	})
	if !errors.Is(err, stytcherror.CodeIntermediateSessionNotFound) {
		return fmt.Errorf("the intermediate session could be used twice: %w", err)
	}
	s.say("The intermediate session is spent; using it again gives: %v", err)
	return nil
}

// prove has a magic link sent, reads it from the inbox and spends it.
func (s *story) prove(ctx context.Context, email string) (*magiclinksdiscovery.AuthenticateResponse, error) {
	_, err := s.client.B2B.MagicLinks.Email.Discovery.Send(ctx, &magiclinksemaildiscovery.SendRequest{
		EmailAddress: email,
	})
	if err != nil {
		return nil, err
	}
	mail, err := s.inbox.Wait(ctx, email)
	if err != nil {
		return nil, err
	}
	s.say("Sent %s a magic link (message %s).", email, mail.ID)
	proof, err := s.client.B2B.MagicLinks.Discovery.Authenticate(ctx, &magiclinksdiscovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: mail.Token,
	})
	if err != nil {
		return nil, err
	}
	s.say("The link proves %s; the intermediate session lives until %s.", proof.EmailAddress,
		proof.IntermediateSessionTokenExpiresAt.Format("15:04:05 MST"))
	return proof, nil
}

// verify shows what a session's JWT says and asks the API whether the session is alive.
func (s *story) verify(ctx context.Context, token, jwt string) error {
	claims, err := decode(jwt)
	if err != nil {
		return err
	}
	s.say("The session JWT is %s's, issued by %s, with the roles %v.",
		claims.Subject, claims.Issuer, claims.Session.Roles)
	checked, err := s.client.B2B.Sessions.Authenticate(ctx, &sessions.AuthenticateRequest{SessionToken: new(token)})
	if err != nil {
		return err
	}
	if checked.MemberSession.MemberSessionID != claims.Session.ID {
		return errors.New("the JWT is of another session than the token")
	}
	s.say("The API confirms session %s of %s.", checked.MemberSession.MemberSessionID, checked.Member.EmailAddress)
	return nil
}

type claims struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Session struct {
		ID    string   `json:"id"`
		Roles []string `json:"roles"`
	} `json:"https://stytch.com/session"`
}

// decode reads a JWT's claims without checking it: for showing only.
func decode(jwt string) (*claims, error) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, errors.New("not a JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	var c claims
	err = json.Unmarshal(payload, &c)
	return &c, err
}
