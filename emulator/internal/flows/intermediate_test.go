package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
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

// What somebody has begun with a password is of no use once the password or its member is gone.
func TestIntermediate_endsWithItsMemberOrPassword(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *harness, v *passwordsemail.ResetResponse, session string) error{
		"the member is deleted": func(h *harness, v *passwordsemail.ResetResponse, _ string) error {
			_, err := h.api.B2B.Organizations.Members.Delete(h.t.Context(),
				&members.DeleteRequest{OrganizationID: v.OrganizationID, MemberID: v.MemberID})
			require.NoError(h.t, err)
			_, err = h.api.B2B.Organizations.Members.Reactivate(h.t.Context(),
				&members.ReactivateRequest{OrganizationID: v.OrganizationID, MemberID: v.MemberID})
			return err
		},
		"the password is deleted": func(h *harness, v *passwordsemail.ResetResponse, _ string) error {
			_, err := h.api.B2B.Organizations.Members.DeletePassword(h.t.Context(), &members.DeletePasswordRequest{
				OrganizationID: v.OrganizationID, MemberPasswordID: v.Member.MemberPasswordID,
			})
			return err
		},
		"the password is reset by e-mail": func(h *harness, _ *passwordsemail.ResetResponse, _ string) error {
			_, err := h.reset(h.resetToken("example", "ada@example.com"), another)
			return err
		},
		"the password is changed": func(h *harness, _ *passwordsemail.ResetResponse, _ string) error {
			_, err := h.resetExisting(strong, another)
			return err
		},
		"the password is reset in a session": func(h *harness, v *passwordsemail.ResetResponse, session string) error {
			_, err := h.api.B2B.Passwords.Sessions.Reset(h.t.Context(), &passwordssessions.ResetRequest{
				OrganizationID: v.OrganizationID, Password: another, SessionToken: &session,
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.create("ada@example.com")
			v := h.setPassword("example", "ada@example.com", strong)
			h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
			half, err := h.signIn("example", "ada@example.com", strong)
			require.NoError(t, err)
			other, err := h.signIn("example", "ada@example.com", strong)
			require.NoError(t, err)
			_, err = h.exchange(other.IntermediateSessionToken, "example")
			require.NoError(t, err)
			require.NoError(t, end(h, v, v.SessionToken))
			_, err = h.exchange(half.IntermediateSessionToken, "example")
			require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
		})
	}
}

func TestIntermediate_forDiscoveryEndsWithThePasswordOfTheAddress(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	h.create("ada@example.com")
	_, err := h.discoverReset("ada@example.com", strong)
	require.NoError(t, err)
	half, err := h.discoverBy("ada@example.com", strong)
	require.NoError(t, err)
	_, err = h.discoverReset("ada@example.com", another)
	require.NoError(t, err)
	_, err = h.exchange(half.IntermediateSessionToken, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
}
