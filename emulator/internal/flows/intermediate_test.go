package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestIntermediate_loginThatNeedsMoreDoesNotProlongIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	h.Clock().Set(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	ist := h.IntermediateSession("ada@example.com")
	h.Clock().Advance(9 * time.Minute)
	resp, err := h.exchange(ist, "example")
	require.NoError(t, err)
	assert.Equal(t, ist, resp.IntermediateSessionToken)
	assert.WithinDuration(t, h.Clock().Now().Add(time.Minute), resp.IntermediateSessionTokenExpiresAt, 20*time.Second)
	h.Clock().Advance(time.Minute)
	_, err = h.exchange(ist, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
}

func TestIntermediate_withAFactorOfOneOrganizationIsForThatOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.create("ada@example.com")
	require.NoError(t, h.AddFactor(v.MemberSession.MemberSessionID, b2csessions.AuthenticationFactor{
		Type: b2csessions.AuthenticationFactorTypePassword, DeliveryMethod: "knowledge",
	}))
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	resp, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionToken = &v.SessionToken
	})
	require.NoError(t, err)
	require.False(t, resp.MemberAuthenticated)
	ist := resp.IntermediateSessionToken
	_, err = h.exchange(ist, "example-2")
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)
	_, err = h.api.B2B.Discovery.Organizations.Create(t.Context(),
		&discoveryorganizations.CreateRequest{IntermediateSessionToken: ist})
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)
	_, err = h.exchange(ist, "example")
	require.NoError(t, err)
}

func TestIntermediate_joinsByDomainOnlyIfItProvesTheAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.joinable()
	_, err := h.AddMember("acme", "first@example.com")
	require.NoError(t, err)
	ist := h.IntermediateSession("bob@example.com")
	discovered := func() int {
		list, err := h.listDiscovered(ist)
		require.NoError(t, err)
		return len(list)
	}
	assert.Equal(t, 1, discovered())
	h.alter("intermediate_sessions", "token", ist, object{"authentication_factors": []any{
		object{"type": "oauth", "delivery_method": "oauth_github"},
	}})
	assert.Zero(t, discovered())
	_, err = h.exchange(ist, "acme")
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmailForJITProvisioning)
}

func TestIntermediate_isValidForTenMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	proof := h.discover("ada@example.com")
	assert.WithinDuration(t, h.Clock().Now().Add(10*time.Minute), proof.IntermediateSessionTokenExpiresAt, 5*time.Second)
	list := func() error {
		_, err := h.listDiscovered(proof.IntermediateSessionToken)
		return err
	}
	require.NoError(t, list())
	require.NoError(t, list(), "listing does not use it up")
	h.Clock().Advance(10*time.Minute + time.Second)
	require.ErrorIs(t, list(), stytcherror.CodeIntermediateSessionNotFound)
	h.create("bob@example.com", allowing("example.com"))
	_, err := h.exchange(proof.IntermediateSessionToken, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
	_, err = h.exchange("not-a-token", "any")
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionToken)
}
