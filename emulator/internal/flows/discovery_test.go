package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestDiscovery_fromTheLinkToASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization
	_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
		&magiclinksemaildiscovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	token := h.WaitMessage("ada@example.com").Token
	found, err := h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	require.NoError(t, err)
	require.Len(t, found.DiscoveredOrganizations, 1)
	assert.Equal(t, org.OrganizationID, found.DiscoveredOrganizations[0].Organization.OrganizationID)
	list, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &found.IntermediateSessionToken})
	require.NoError(t, err)
	assert.Equal(t, found.DiscoveredOrganizations, list.DiscoveredOrganizations)
	resp, err := h.exchange(found.IntermediateSessionToken, org.OrganizationSlug)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)

	_, err = h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	refused(t, err, stytcherror.CodeUnableToAuthMagicLink)
	_, err = h.exchange(found.IntermediateSessionToken, org.OrganizationSlug)
	refused(t, err, stytcherror.CodeIntermediateSessionNotFound)
}

func TestDiscovery_refusals(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	send := func(change func(*magiclinksemaildiscovery.SendRequest)) error {
		req := &magiclinksemaildiscovery.SendRequest{EmailAddress: "bob@example.net"}
		change(req)
		_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), req)
		return err
	}
	refused(t, send(func(r *magiclinksemaildiscovery.SendRequest) { r.EmailAddress = "bob" }), stytcherror.CodeInvalidEmail)
	refused(t, send(func(r *magiclinksemaildiscovery.SendRequest) { r.DiscoveryExpirationMinutes = new(4) }),
		stytcherror.CodeInvalidExpiration)
	refused(t, send(func(r *magiclinksemaildiscovery.SendRequest) { r.PKCECodeChallenge = new("short") }),
		stytcherror.CodeInvalidPKCECodeChallenge)
	_, err := h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: "unknown"})
	refused(t, err, stytcherror.CodeMagicLinkNotFound)

	ist := h.IntermediateSession("bob@example.net")
	exchange := func(ist, org string) error {
		_, err := h.api.B2B.Discovery.IntermediateSessions.Exchange(t.Context(),
			&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: org})
		return err
	}
	refused(t, exchange("short", "example"), stytcherror.CodeInvalidSessionToken)
	refused(t, exchange(ist, "nobody"), stytcherror.CodeOrganizationNotFound)
	refused(t, exchange(ist, "example"), stytcherror.CodeEmailJITProvisioningNotAllowed)
	create := func(change func(*discoveryorganizations.CreateRequest)) error {
		req := &discoveryorganizations.CreateRequest{IntermediateSessionToken: ist}
		change(req)
		_, err := h.api.B2B.Discovery.Organizations.Create(t.Context(), req)
		return err
	}
	refused(t, create(func(r *discoveryorganizations.CreateRequest) { r.OrganizationSlug = new("example") }),
		stytcherror.CodeOrganizationSlugAlreadyUsed)
	refused(t, create(func(r *discoveryorganizations.CreateRequest) { r.MFAPolicy = new("NEVER") }),
		stytcherror.CodeInvalidOrganizationMFAPolicy)
	list := func(req *discoveryorganizations.ListRequest) error {
		_, err := h.api.B2B.Discovery.Organizations.List(t.Context(), req)
		return err
	}
	refused(t, list(&discoveryorganizations.ListRequest{}), stytcherror.CodeNoSessionArguments)
	refused(t, list(&discoveryorganizations.ListRequest{SessionToken: new("short")}), stytcherror.CodeInvalidSessionToken)
	h.Clock().Advance(10 * time.Minute)
	refused(t, exchange(ist, "example"), stytcherror.CodeIntermediateSessionNotFound)
}
