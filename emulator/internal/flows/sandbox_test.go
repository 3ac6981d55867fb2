package flows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSandbox_answersAreCannedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const address, org = "sandbox@stytch.com", "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
	const works, used, unknown = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=",
		"3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU=", "CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM="
	sent, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: org, EmailAddress: address})
	require.NoError(t, err)
	assert.False(t, sent.MemberCreated)
	invited, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(), &email.InviteRequest{OrganizationID: org, EmailAddress: address})
	require.NoError(t, err)
	assert.Equal(t, sent.Member, invited.Member)
	assert.Equal(t, org, invited.Organization.OrganizationID)
	resp, err := h.follow(works, func(r *magiclinks.AuthenticateRequest) {
		r.SessionDurationMinutes, r.SessionCustomClaims = new(5), shared.Object{"k": "v"}
	})
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, sent.MemberID, resp.MemberID)
	assert.Equal(t, org, resp.OrganizationID)
	assert.Equal(t, resp.MethodID, resp.MemberSession.AuthenticationFactors[0].EmailFactor.EmailID)
	assert.Empty(t, resp.MemberSession.Roles)
	assert.Equal(t, shared.Object{"k": "v"}, resp.MemberSession.CustomClaims)
	assert.WithinDuration(t, h.Clock().Now().Add(5*time.Minute), resp.MemberSession.ExpiresAt, 5*time.Second)
	local, err := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
	require.NoError(t, err)
	assert.Equal(t, org, local.OrganizationID)
	_, err = h.follow(used)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)
	_, err = h.follow(unknown)
	require.ErrorIs(t, err, stytcherror.CodeMagicLinkNotFound)

	_, err = h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{EmailAddress: address})
	require.NoError(t, err)
	discover := func(token string) (*magiclinksdiscovery.AuthenticateResponse, error) {
		return h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
			&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	}
	found, err := discover(works)
	require.NoError(t, err)
	assert.Equal(t, address, found.EmailAddress)
	assert.Empty(t, found.DiscoveredOrganizations)
	_, err = discover(used)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)
	_, err = discover(unknown)
	require.ErrorIs(t, err, stytcherror.CodeMagicLinkNotFound)

	_, err = h.api.B2B.MagicLinks.Email.Invite(t.Context(), &email.InviteRequest{OrganizationID: org, EmailAddress: address},
		as(h.create("ada@example.com").SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError)
	assert.Empty(t, h.Inbox().Messages(address))
	data, err := h.Snapshot()
	require.NoError(t, err)
	var snapshot struct {
		State map[string][]any `json:"state"`
	}
	require.NoError(t, json.Unmarshal(data, &snapshot))
	assert.Len(t, snapshot.State["organizations"], 1)
	assert.Len(t, snapshot.State["sessions"], 1)
	assert.Empty(t, snapshot.State["intermediate_sessions"])
	_, err = h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: org, EmailAddress: "ada@example.com"})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
}
