package emulator

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	intermediateLifetime = 10 * time.Minute
	defaultLinkMinutes   = 60
	minLinkMinutes       = 5
	maxLinkMinutes       = 10_080
	// forgetAfter is how long an expired magic link is kept, to be told apart from an unknown one.
	forgetAfter = 24 * time.Hour
)

// sendDiscoveryLink puts a magic link into the inbox. It creates no member, and does the same for every address.
func (c *call) sendDiscoveryLink(
	req *magiclinksemaildiscovery.SendRequest,
) (*magiclinksemaildiscovery.SendResponse, error) {
	email, err := emailAddress(req.EmailAddress)
	if err != nil {
		return nil, err
	}
	lifetime, err := minutes(req.DiscoveryExpirationMinutes, defaultLinkMinutes, minLinkMinutes, maxLinkMinutes,
		stytcherror.CodeInvalidExpiration)
	if err != nil {
		return nil, err
	}
	if err := checkLocale(req.Locale, emailLocales); err != nil {
		return nil, err
	}
	if req.PKCECodeChallenge != nil && !pkceForm.MatchString(*req.PKCECodeChallenge) {
		return nil, fail(stytcherror.CodeInvalidPKCECodeChallenge, "The challenge is not a SHA-256 hash in base64url.")
	}
	link, err := redirectURL(*cmp.Or(req.DiscoveryRedirectURL, &c.project.redirectURL))
	if err != nil {
		return nil, fail(stytcherror.CodeInvalidDiscoveryRedirectURL, "The redirect URL is %v.", err)
	}
	sent := &magicLink{
		Token: c.ids.token(), Email: email, Challenge: *cmp.Or(req.PKCECodeChallenge, new("")),
		ExpiresAt: c.now.Add(lifetime),
	}
	c.MagicLinks = slices.DeleteFunc(c.MagicLinks, func(l *magicLink) bool {
		return c.now.Sub(l.ExpiresAt) > forgetAfter
	})
	c.MagicLinks = append(c.MagicLinks, sent)
	query := link.Query()
	query.Set("stytch_token_type", "discovery")
	query.Set("token", sent.Token)
	link.RawQuery = query.Encode()
	c.deliver(Message{
		Channel: "email", To: req.EmailAddress, Template: "discovery_magic_link",
		Token: sent.Token, Link: link.String(),
	})
	return &magiclinksemaildiscovery.SendResponse{}, nil
}

// deliver stores a message in the inbox and logs it.
func (c *call) deliver(m Message) {
	m.ID, m.SentAt = c.ids.id("message"), c.now
	c.project.inbox.add(m)
	c.project.log.Info("message",
		"channel", m.Channel, "to", m.To, "template", m.Template, "code", m.Code, "link", m.Link)
}

// authenticateDiscoveryLink uses up a magic link and returns an intermediate session.
func (c *call) authenticateDiscoveryLink(
	req *magiclinksdiscovery.AuthenticateRequest,
) (*magiclinksdiscovery.AuthenticateResponse, error) {
	link := find(c.MagicLinks, func(l *magicLink) bool { return l.Token == req.DiscoveryMagicLinksToken })
	if link == nil {
		return nil, fail(stytcherror.CodeMagicLinkNotFound, "There is no such magic link.")
	}
	if link.Used || !c.now.Before(link.ExpiresAt) {
		return nil, fail(stytcherror.CodeUnableToAuthMagicLink, "The magic link was used or has expired.")
	}
	if err := checkPKCE(link.Challenge, req.PKCECodeVerifier); err != nil {
		return nil, err
	}
	link.Used = true
	ist := c.newIntermediate(link.Email, "")
	ist.Factors = []sessions.AuthenticationFactor{c.magicLinkFactor(link.Email)}
	return &magiclinksdiscovery.AuthenticateResponse{
		IntermediateSessionToken:          ist.Token,
		IntermediateSessionTokenExpiresAt: ist.ExpiresAt,
		EmailAddress:                      ist.Email,
		DiscoveredOrganizations:           c.discover(ist),
	}, nil
}

// checkPKCE compares a verifier with the challenge that the flow began with (RFC 7636, section 4.6, S256).
func checkPKCE(challenge string, verifier *string) error {
	switch {
	case challenge == "" && verifier == nil:
		return nil
	case challenge == "":
		return fail(stytcherror.CodePKCEDidNotExpectCodeVerifier, "The flow began without a challenge.")
	case verifier == nil:
		return fail(stytcherror.CodePKCEExpectedCodeVerifier, "The flow began with a challenge.")
	}
	sum := sha256.Sum256([]byte(*verifier))
	computed := base64.RawURLEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(computed), []byte(challenge)) != 1 {
		return fail(stytcherror.CodePKCEMismatch, "The verifier does not belong to the challenge.")
	}
	return nil
}

// listDiscovered lists organizations for an intermediate session or for a session. Only for an intermediate session are
// those included that the person may join.
func (c *call) listDiscovered(req *discoveryorganizations.ListRequest) (*discoveryorganizations.ListResponse, error) {
	if req.IntermediateSessionToken == nil {
		s, m, err := c.sessionOf(req.SessionToken, req.SessionJWT)
		if err != nil {
			return nil, err
		}
		return &discoveryorganizations.ListResponse{
			EmailAddress:            m.EmailAddress,
			DiscoveredOrganizations: c.memberships(m.EmailAddress, s.Factors, false),
		}, nil
	}
	if req.SessionToken != nil || req.SessionJWT != nil {
		return nil, fail(stytcherror.CodeTooManySessionArguments, "Give one of the three tokens.")
	}
	ist, err := c.findIntermediate(*req.IntermediateSessionToken)
	if err != nil {
		return nil, err
	}
	return &discoveryorganizations.ListResponse{
		EmailAddress:            ist.Email,
		DiscoveredOrganizations: c.discover(ist),
		OrganizationIDHint:      ist.OrganizationID,
	}, nil
}

// discover lists the organizations that an intermediate session can be exchanged for: those that the person belongs to,
// and those that the person may join by JIT provisioning.
func (c *call) discover(ist *intermediate) []discovery.DiscoveredOrganization {
	list := c.memberships(ist.Email, ist.Factors, true)
	stranger := &member{Member: organizations.Member{EmailAddress: ist.Email}}
	for _, org := range c.Organizations {
		if c.memberByEmail(org, ist.Email) != nil || c.domainClaimedElsewhere(org, ist.Email) {
			continue
		}
		if membership := c.eligibility(org, ist); membership != nil {
			list = append(list, discovered(org, membership, requirementsFor(org, stranger, ist.Factors, true)))
		}
	}
	return list
}

// memberships lists the organizations that an address belongs to, as an active, pending or invited member. proveEmail:
// see [requirementsFor].
func (c *call) memberships(
	email string, factors []sessions.AuthenticationFactor, proveEmail bool,
) []discovery.DiscoveredOrganization {
	list := []discovery.DiscoveredOrganization{}
	for _, org := range c.Organizations {
		m := c.memberByEmail(org, email)
		if m == nil {
			continue
		}
		membership := &discovery.Membership{Type: m.Status + "_member", Member: new(c.apiMember(m))}
		list = append(list, discovered(org, membership, requirementsFor(org, m, factors, proveEmail)))
	}
	return list
}

func discovered(
	org *organizations.Organization, membership *discovery.Membership, missing requirements,
) discovery.DiscoveredOrganization {
	return discovery.DiscoveredOrganization{
		Organization: org, Membership: membership,
		MemberAuthenticated: missing.none(), PrimaryRequired: missing.primary, MFARequired: missing.mfa,
	}
}

// eligibility is the JIT provisioning rule by which somebody who is not a member may join, nil if there is none.
func (c *call) eligibility(org *organizations.Organization, ist *intermediate) *discovery.Membership {
	domain := domainOf(ist.Email)
	// An allowed domain is not enough: the organization must have a member with a verified address on it.
	hasVerifiedMember := func() bool {
		return c.findMember(func(m *member) bool {
			return m.OrganizationID == org.OrganizationID &&
				m.EmailAddressVerified && domainOf(m.EmailAddress) == domain
		}) != nil
	}
	if org.EmailJITProvisioning == organizations.EmailJITProvisioningRestricted &&
		slices.Contains(org.EmailAllowedDomains, domain) && provesEmail(ist.Factors, ist.Email) && hasVerifiedMember() {
		return &discovery.Membership{
			Type: discovery.MembershipTypeEligibleToJoinByEmailDomain, Details: map[string]any{"domain": domain},
		}
	}
	if org.OAuthTenantJITProvisioning != organizations.OAuthTenantJITProvisioningRestricted {
		return nil
	}
	for _, t := range ist.Tenants {
		if allowed, ok := org.AllowedOAuthTenants[t.Provider].([]any); ok && slices.Contains(allowed, any(t.ID)) {
			return &discovery.Membership{
				Type:    discovery.MembershipTypeEligibleToJoinByOAuthTenant,
				Details: map[string]any{"provider": t.Provider, "tenant": t.ID},
			}
		}
	}
	return nil
}
