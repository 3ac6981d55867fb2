package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
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
	// forgetAfter is how long spent and expired tokens are told apart from unknown ones.
	forgetAfter = 24 * time.Hour
)

// sendDiscoveryLink puts a magic link into the inbox. Nothing else is made, whoever the address belongs to.
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
		return nil, badRequest(stytcherror.CodeInvalidPKCECodeChallenge, "The challenge is no base64url of a SHA-256.")
	}
	raw := c.project.redirectURL
	if req.DiscoveryRedirectURL != nil {
		raw = *req.DiscoveryRedirectURL
	}
	link, err := redirectURL(raw)
	if err != nil {
		return nil, badRequest(stytcherror.CodeInvalidDiscoveryRedirectURL, "The redirect URL is %v.", err)
	}
	sent := &magicLink{
		Token: c.ids.token(), Email: email, Challenge: deref(req.PKCECodeChallenge), ExpiresAt: c.now.Add(lifetime),
	}
	c.MagicLinks = slices.DeleteFunc(c.MagicLinks, func(l *magicLink) bool {
		return c.now.Sub(l.ExpiresAt) > forgetAfter
	})
	c.MagicLinks = append(c.MagicLinks, sent)
	c.deliver(Message{
		Channel: "email", To: req.EmailAddress, Template: "discovery_magic_link",
		Token: sent.Token, Link: withToken(link, "discovery", sent.Token),
	})
	return &magiclinksemaildiscovery.SendResponse{}, nil
}

// withToken adds the parameters by which a front end knows what to do with a token.
func withToken(link *url.URL, kind, token string) string {
	query := link.Query()
	query.Set("stytch_token_type", kind)
	query.Set("token", token)
	full := *link
	full.RawQuery = query.Encode()
	return full.String()
}

func (c *call) deliver(m Message) {
	m.ID, m.SentAt = c.ids.id("message"), c.now
	c.project.inbox.add(m)
	c.project.log.Info("message",
		"channel", m.Channel, "to", m.To, "template", m.Template, "code", m.Code, "link", m.Link)
}

// authenticateDiscoveryLink spends a magic link for an intermediate session.
func (c *call) authenticateDiscoveryLink(
	req *magiclinksdiscovery.AuthenticateRequest,
) (*magiclinksdiscovery.AuthenticateResponse, error) {
	i := slices.IndexFunc(c.MagicLinks, func(l *magicLink) bool { return l.Token == req.DiscoveryMagicLinksToken })
	if i < 0 {
		return nil, notFound(stytcherror.CodeMagicLinkNotFound, "There is no such magic link.")
	}
	link := c.MagicLinks[i]
	if link.Used || !c.now.Before(link.ExpiresAt) {
		return nil, unauthorized(stytcherror.CodeUnableToAuthMagicLink, "The magic link was used or has expired.")
	}
	if err := checkPKCE(link.Challenge, req.PKCECodeVerifier); err != nil {
		return nil, err
	}
	link.Used = true
	ist := &intermediate{
		Token: c.ids.token(), Email: link.Email, ExpiresAt: c.now.Add(intermediateLifetime),
		Factors: []sessions.AuthenticationFactor{c.magicLinkFactor(c.ids.id("email"), link.Email)},
	}
	c.keepIntermediate(ist)
	return &magiclinksdiscovery.AuthenticateResponse{
		IntermediateSessionToken:          ist.Token,
		IntermediateSessionTokenExpiresAt: ist.ExpiresAt,
		EmailAddress:                      ist.Email,
		DiscoveredOrganizations:           c.discover(ist),
	}, nil
}

func (c *call) keepIntermediate(ist *intermediate) {
	c.Intermediate = slices.DeleteFunc(c.Intermediate, func(i *intermediate) bool { return !c.now.Before(i.ExpiresAt) })
	c.Intermediate = append(c.Intermediate, ist)
}

// checkPKCE compares a verifier with the challenge that the flow began with (RFC 7636, section 4.6, S256).
func checkPKCE(challenge string, verifier *string) error {
	switch {
	case challenge == "" && verifier == nil:
		return nil
	case challenge == "":
		return badRequest(stytcherror.CodePKCEDidNotExpectCodeVerifier, "The flow began without a challenge.")
	case verifier == nil:
		return badRequest(stytcherror.CodePKCEExpectedCodeVerifier, "The flow began with a challenge.")
	}
	sum := sha256.Sum256([]byte(*verifier))
	made := base64.RawURLEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(made), []byte(challenge)) != 1 {
		return badRequest(stytcherror.CodePKCEMismatch, "The verifier does not belong to the challenge.")
	}
	return nil
}

// listDiscovered lists organizations for an intermediate session, or for a session's member.
func (c *call) listDiscovered(req *discoveryorganizations.ListRequest) (*discoveryorganizations.ListResponse, error) {
	if req.IntermediateSessionToken == nil {
		s, _, err := c.sessionOf(req.SessionToken, req.SessionJWT)
		if err != nil {
			return nil, err
		}
		m, err := c.memberOf(s)
		if err != nil {
			return nil, err
		}
		return &discoveryorganizations.ListResponse{
			EmailAddress:            m.EmailAddress,
			DiscoveredOrganizations: c.memberships(m.EmailAddress, s.Factors, false),
		}, nil
	}
	if req.SessionToken != nil || req.SessionJWT != nil {
		return nil, badRequest(stytcherror.CodeTooManySessionArguments, "Give one of the three tokens.")
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

// discover lists the organizations that an intermediate session can be exchanged for: those the person belongs to, and
// those that would admit them.
func (c *call) discover(ist *intermediate) []discovery.DiscoveredOrganization {
	list := c.memberships(ist.Email, ist.Factors, true)
	for _, org := range c.Organizations {
		if c.memberByEmail(org, ist.Email) != nil || c.claimedElsewhere(org, ist.Email) {
			continue
		}
		if membership := c.eligibility(org, ist); membership != nil {
			list = append(list, discovered(org, membership, judge(org, nil, ist.Email, ist.Factors, true)))
		}
	}
	return list
}

// memberships lists the organizations that the address belongs to, active, pending or invited.
func (c *call) memberships(
	email string, factors []sessions.AuthenticationFactor, fresh bool,
) []discovery.DiscoveredOrganization {
	list := []discovery.DiscoveredOrganization{}
	kinds := map[string]string{
		organizations.MemberStatusActive:  discovery.MembershipTypeActiveMember,
		organizations.MemberStatusPending: discovery.MembershipTypePendingMember,
		organizations.MemberStatusInvited: discovery.MembershipTypeInvitedMember,
	}
	for _, org := range c.Organizations {
		m := c.memberByEmail(org, email)
		if m == nil {
			continue
		}
		shown := c.show(m)
		membership := &discovery.Membership{Type: kinds[m.Status], Member: &shown}
		list = append(list, discovered(org, membership, judge(org, m, email, factors, fresh)))
	}
	return list
}

func discovered(
	org *organizations.Organization, membership *discovery.Membership, v verdict,
) discovery.DiscoveredOrganization {
	return discovery.DiscoveredOrganization{
		Organization: org, Membership: membership,
		MemberAuthenticated: v.authenticated(), PrimaryRequired: v.primary, MFARequired: v.mfa,
	}
}

// eligibility says by what somebody who is no member may join, nil if by nothing.
func (c *call) eligibility(org *organizations.Organization, ist *intermediate) *discovery.Membership {
	domain := domainOf(ist.Email)
	// The domain alone is not enough: somebody on it must have been admitted and verified before.
	colleague := func() bool {
		return c.oneMember(func(m *member) bool {
			return m.OrganizationID == org.OrganizationID &&
				m.EmailAddressVerified && domainOf(m.EmailAddress) == domain
		}) != nil
	}
	if org.EmailJITProvisioning == organizations.EmailJITProvisioningRestricted &&
		slices.Contains(org.EmailAllowedDomains, domain) && verifiesEmail(ist.Factors, ist.Email) && colleague() {
		return &discovery.Membership{
			Type: discovery.MembershipTypeEligibleToJoinByEmailDomain, Details: map[string]any{"domain": domain},
		}
	}
	if org.OAuthTenantJITProvisioning != organizations.OAuthTenantJITProvisioningRestricted {
		return nil
	}
	for _, t := range ist.Tenants {
		if admitted, ok := org.AllowedOAuthTenants[t.Provider].([]any); ok && slices.Contains(admitted, any(t.ID)) {
			return &discovery.Membership{
				Type:    discovery.MembershipTypeEligibleToJoinByOAuthTenant,
				Details: map[string]any{"provider": t.Provider, "tenant": t.ID},
			}
		}
	}
	return nil
}
