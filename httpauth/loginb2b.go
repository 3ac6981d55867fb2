package httpauth

import (
	"context"
	"errors"

	"github.com/seed75add069/stytch-go/b2b"
	"github.com/seed75add069/stytch-go/b2b/discovery"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// b2bLogin logs in members, by discovery: the address is proved first, and the organization chosen then.
type b2bLogin struct{ services *b2b.Services }

func (b2bLogin) tokenTypes() map[string]Method { return memberTokenTypes }

var memberTokenTypes = map[string]Method{
	"discovery":                  MethodEmailLink,
	"multi_tenant_magic_links":   "",
	"multi_tenant_passwords":     "",
	"discovery_oauth":            "",
	"oauth":                      "",
	"sso":                        "",
	"multi_tenant_impersonation": "",
}

func (b b2bLogin) sendLink(ctx context.Context, address, redirectURL string, challenge *string) error {
	_, err := b.services.MagicLinks.Email.Discovery.Send(ctx, &magiclinksemaildiscovery.SendRequest{
		EmailAddress: address, DiscoveryRedirectURL: &redirectURL, PKCECodeChallenge: challenge,
	})
	return err
}

func (b b2bLogin) spendLink(ctx context.Context, token string, verifier *string, _ *int) (*progress, error) {
	resp, err := b.services.MagicLinks.Discovery.Authenticate(ctx, &magiclinksdiscovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: token, PKCECodeVerifier: verifier,
	})
	if err != nil {
		return nil, err
	}
	return &progress{
		address: resp.EmailAddress, intermediate: resp.IntermediateSessionToken,
		organizations: pageOrganizations(resp.DiscoveredOrganizations),
	}, nil
}

func (b b2bLogin) listOrganizations(
	ctx context.Context, intermediate string, c credential,
) ([]PageOrganization, error) {
	req := &discoveryorganizations.ListRequest{IntermediateSessionToken: shared.NonZero(intermediate)}
	if intermediate == "" {
		req.SessionJWT, req.SessionToken = c.pointers()
	}
	resp, err := b.services.Discovery.Organizations.List(ctx, req)
	if err != nil {
		return nil, err
	}
	return pageOrganizations(resp.DiscoveredOrganizations), nil
}

func pageOrganizations(list []discovery.DiscoveredOrganization) []PageOrganization {
	var pages []PageOrganization
	for i := range list {
		d := &list[i]
		if d.Organization == nil {
			continue
		}
		p := PageOrganization{
			ID: d.Organization.OrganizationID, Slug: d.Organization.OrganizationSlug,
			Name:    d.Organization.OrganizationName,
			Joining: d.Membership == nil || d.Membership.Type != discovery.MembershipTypeActiveMember,
		}
		if kind := d.Next().Kind; kind == sessions.StepPrimary || kind == sessions.StepMFA {
			p.Wants = string(kind)
		}
		pages = append(pages, p)
	}
	return pages
}

func (b b2bLogin) enter(ctx context.Context, intermediate, organizationID string, minutes *int) (*progress, error) {
	resp, err := b.services.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: intermediate, OrganizationID: organizationID, SessionDurationMinutes: minutes,
	})
	if err != nil {
		return nil, err
	}
	return memberProgress(resp.Login())
}

func (b b2bLogin) create(ctx context.Context, intermediate, name, slug string, minutes *int) (*progress, error) {
	resp, err := b.services.Discovery.Organizations.Create(ctx, &discoveryorganizations.CreateRequest{
		IntermediateSessionToken: intermediate, SessionDurationMinutes: minutes,
		OrganizationName: &name, OrganizationSlug: shared.NonZero(slug),
	})
	if err != nil {
		return nil, err
	}
	return memberProgress(resp.Login())
}

func (b b2bLogin) exchange(ctx context.Context, c credential, organizationID string, minutes *int) (*progress, error) {
	req := &sessions.ExchangeRequest{OrganizationID: organizationID, SessionDurationMinutes: minutes}
	req.SessionJWT, req.SessionToken = c.pointers()
	resp, err := b.services.Sessions.Exchange(ctx, req)
	if err != nil {
		return nil, err
	}
	return memberProgress(resp.Login())
}

// memberProgress returns how far a login of a member has come.
func memberProgress(login sessions.Login) (*progress, error) {
	switch login.Next.Kind {
	case sessions.StepPrimary, sessions.StepMFA:
		return &progress{intermediate: login.IntermediateSessionToken, wants: string(login.Next.Kind)}, nil
	case sessions.StepDone, sessions.StepUnknown:
	}
	if login.Session == nil || login.Session.MemberSessionID == "" || login.SessionToken == "" {
		return nil, errNoSession
	}
	p := memberPrincipal(login.Session)
	return newArrival(p, &Arrival{Member: login.Member, Organization: login.Organization}, Tokens{
		SessionToken: login.SessionToken, SessionJWT: login.SessionJWT, ExpiresAt: login.Session.ExpiresAt,
	}), nil
}

// isIntermediateEnded reports whether an intermediate session was used or has expired.
func isIntermediateEnded(err error) bool {
	return errors.Is(err, stytcherror.CodeIntermediateSessionNotFound) ||
		errors.Is(err, stytcherror.CodeInvalidSessionToken)
}
