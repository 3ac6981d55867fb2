package main

import (
	"context"
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

// demo logs people in, and prints a numbered line for each step.
type demo struct {
	client *stytch.Client
	inbox  *emulator.Inbox
	out    io.Writer
	step   int
}

func (d *demo) print(format string, args ...any) {
	d.step++
	_, _ = fmt.Fprintf(d.out, "%2d. %s\n", d.step, fmt.Sprintf(format, args...))
}

// createOrganization logs in the first person, who creates an organization. People with an address on the same domain
// may join it (JIT provisioning).
func (d *demo) createOrganization(ctx context.Context, email string) (organizationID string, err error) {
	discovered, err := d.authenticateEmail(ctx, email)
	if err != nil {
		return "", err
	}
	d.print("%s belongs to %d organizations, so creates one.", email, len(discovered.DiscoveredOrganizations))
	_, domain, _ := strings.Cut(email, "@")
	created, err := d.client.B2B.Discovery.Organizations.Create(ctx, &discoveryorganizations.CreateRequest{
		IntermediateSessionToken: discovered.IntermediateSessionToken,
		OrganizationName:         new("Analytical Engines"),
		EmailJITProvisioning:     new(organizations.EmailJITProvisioningRestricted),
		EmailAllowedDomains:      []string{domain},
	})
	if err != nil {
		return "", err
	}
	d.print("Created %s (%s) with %s as its first member, role stytch_admin.",
		created.Organization.OrganizationSlug, created.Organization.OrganizationID, created.MemberID)
	return created.Organization.OrganizationID, d.verify(ctx, created.SessionToken, created.SessionJWT)
}

// joinOrganization logs in the second person, who joins by the e-mail domain. It then tries to use the intermediate
// session again.
func (d *demo) joinOrganization(ctx context.Context, email, organizationID string) error {
	discovered, err := d.authenticateEmail(ctx, email)
	if err != nil {
		return err
	}
	for _, o := range discovered.DiscoveredOrganizations {
		d.print("%s may join %s: %s.", email, o.Organization.OrganizationSlug, o.Membership.Type)
	}
	joined, err := d.client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: discovered.IntermediateSessionToken,
		OrganizationID:           organizationID,
		SessionDurationMinutes:   new(60),
	})
	if err != nil {
		return err
	}
	d.print("Joined as %s, session %s until %s.", joined.MemberID, joined.MemberSession.MemberSessionID,
		joined.MemberSession.ExpiresAt.Format("15:04:05 MST"))
	if err := d.verify(ctx, joined.SessionToken, joined.SessionJWT); err != nil {
		return err
	}
	_, err = d.client.B2B.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: discovered.IntermediateSessionToken,
		OrganizationID:           organizationID,
	})
	if !errors.Is(err, stytcherror.CodeIntermediateSessionNotFound) {
		return fmt.Errorf("the intermediate session could be used twice: %w", err)
	}
	d.print("The intermediate session works once; using it again gives: %v", err)
	return nil
}

// authenticateEmail sends a magic link, reads it from the inbox and authenticates it.
func (d *demo) authenticateEmail(ctx context.Context, email string) (*magiclinksdiscovery.AuthenticateResponse, error) {
	_, err := d.client.B2B.MagicLinks.Email.Discovery.Send(ctx, &magiclinksemaildiscovery.SendRequest{
		EmailAddress: email,
	})
	if err != nil {
		return nil, err
	}
	mail, err := d.inbox.Wait(ctx, email)
	if err != nil {
		return nil, err
	}
	d.print("Sent %s a magic link (message %s).", email, mail.ID)
	discovered, err := d.client.B2B.MagicLinks.Discovery.Authenticate(ctx, &magiclinksdiscovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: mail.Token,
	})
	if err != nil {
		return nil, err
	}
	d.print("The link proves %s; the intermediate session is valid until %s.", discovered.EmailAddress,
		discovered.IntermediateSessionTokenExpiresAt.Format("15:04:05 MST"))
	return discovered, nil
}

// verify verifies a JWT without a call for it, and asks the API whether the session is active.
func (d *demo) verify(ctx context.Context, token, jwt string) error {
	session, err := d.client.B2B.Sessions.AuthenticateJWTLocal(ctx, &sessions.AuthenticateJWTLocalRequest{
		SessionJWT: jwt,
	})
	if err != nil {
		return err
	}
	d.print("The session JWT, verified locally, is %s's, with the roles %v.", session.MemberID, session.Roles)
	checked, err := d.client.B2B.Sessions.Authenticate(ctx, &sessions.AuthenticateRequest{SessionToken: &token})
	if err != nil {
		return err
	}
	if checked.MemberSession.MemberSessionID != session.MemberSessionID {
		return errors.New("JWT and token are of different sessions")
	}
	d.print("The API confirms session %s of %s.", session.MemberSessionID, checked.Member.EmailAddress)
	return nil
}
