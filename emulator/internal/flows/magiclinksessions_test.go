package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestMagicLinks_factorIsAddedToASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.Clock().Advance(time.Minute)
	v1, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionToken, r.SessionCustomClaims = &v.SessionToken, shared.Object{"plan": "pro", "seats": 3}
		r.SessionDurationMinutes = new(120)
	})
	require.NoError(t, err)
	assert.Equal(t, v.MemberSession.MemberSessionID, v1.MemberSession.MemberSessionID)
	assert.NotEqual(t, v.SessionToken, v1.SessionToken)
	assert.WithinDuration(t, h.Clock().Now().Add(2*time.Hour), v1.MemberSession.ExpiresAt, 2*time.Second)
	require.Len(t, v1.MemberSession.AuthenticationFactors, 1, "the same factor, authenticated again")
	f := v1.MemberSession.AuthenticationFactors[0]
	assert.Equal(t, v.MemberSession.AuthenticationFactors[0].CreatedAt, f.CreatedAt)
	assert.Greater(t, f.LastAuthenticatedAt, f.CreatedAt)

	v2, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionJWT, r.SessionCustomClaims = &v1.SessionJWT, shared.Object{"plan": nil}
	})
	require.NoError(t, err)
	assert.Equal(t, v.MemberSession.MemberSessionID, v2.MemberSession.MemberSessionID)
	assert.Equal(t, shared.Object{"seats": 3.0}, v2.MemberSession.CustomClaims, "a null deletes a claim")
	_, err = h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionToken = &v2.SessionToken
		r.SessionCustomClaims = shared.Object{"x": strings.Repeat("x", 4080)}
	})
	require.ErrorIs(t, err, stytcherror.CodeCustomClaimsTooLarge)
	stranger := h.create("bob@example.net")
	v3, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionToken = &stranger.SessionToken
	})
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, v3.MemberSession.MemberID, "a session of somebody else is ignored")
	assert.NotEqual(t, v.MemberSession.MemberSessionID, v3.MemberSession.MemberSessionID)
}

func TestMagicLinks_oldestOfTooManyFactorsIsDropped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	var factors []any
	for i := range 20 {
		factors = append(factors, map[string]any{"type": "magic_link", "delivery_method": "email", "email_factor": map[string]any{
			"email_id": "e", "email_address": string(rune('a'+i)) + "@example.com",
		}})
	}
	h.alter("sessions", "member_session_id", v.MemberSession.MemberSessionID, map[string]any{"authentication_factors": factors})
	resp, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionToken = &v.SessionToken
	})
	require.NoError(t, err)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 20)
	assert.Equal(t, "b@example.com", resp.MemberSession.AuthenticationFactors[0].EmailFactor.EmailAddress)
	h.alter("members", "member_id", v.MemberID, nil) // a snapshot of that restores
}

func TestMagicLinks_withoutASecondFactorGiveAnIntermediateSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.CreateOrganization("ada@example.com", "Acme", &discoveryorganizations.CreateRequest{
		MFAPolicy: new(organizations.MFAPolicyRequiredForAll), EmailInvites: new("ALL_ALLOWED"),
		EmailJITProvisioning: new("RESTRICTED"), EmailAllowedDomains: []string{"example.com"},
	})
	resp, err := h.follow(h.link("acme", "bob@example.com"))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.NotNil(t, resp.MFARequired)
	assert.Nil(t, resp.PrimaryRequired)
	assert.Nil(t, resp.MemberSession)
	assert.Empty(t, resp.SessionToken)
	assert.NotEmpty(t, resp.MethodID)
	assert.Equal(t, "active", resp.Member.Status, "the primary factor suffices for that")
	assert.True(t, resp.Member.EmailAddressVerified)

	same, err := h.follow(h.link("acme", "bob@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.IntermediateSessionToken = &resp.IntermediateSessionToken
	})
	require.NoError(t, err)
	assert.Equal(t, resp.IntermediateSessionToken, same.IntermediateSessionToken)

	h.alter("intermediate_sessions", "token", resp.IntermediateSessionToken, map[string]any{
		"authentication_factors": []any{object{
			"type": "totp", "delivery_method": "authenticator_app", "authenticator_app_factor": object{"totp_id": "totp-1"},
		}},
	})
	h.alter("members", "member_id", resp.MemberID, object{"totp_registration_id": "totp-1"})
	done, err := h.follow(h.link("acme", "bob@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.IntermediateSessionToken = &resp.IntermediateSessionToken
	})
	require.NoError(t, err)
	assert.True(t, done.MemberAuthenticated)
	assert.Len(t, done.MemberSession.AuthenticationFactors, 2, "the factors of both count together")
	_, err = h.follow(h.link("acme", "bob@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.IntermediateSessionToken = &resp.IntermediateSessionToken
	})
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
	more, err := h.follow(h.link("acme", "bob@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionToken = &done.SessionToken
	})
	require.NoError(t, err)
	assert.True(t, more.MemberAuthenticated, "the session has a second factor")
}

func TestMagicLinks_emailUpdateRetiresTheOldAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	_, err := h.follow(h.link("acme", "bob@example.com"))
	require.NoError(t, err)
	update := func(address string) string {
		token := h.link("acme", "ada@example.org")
		h.alter("magic_links", "token", token, map[string]any{"purpose": "email_update", "email_address": address})
		return token
	}
	login, token := h.link("acme", "ada@example.org"), update("ada@example.net")
	_, err = h.follow(update("bob@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeDuplicateMemberEmail)
	h.Clock().Advance(time.Minute)
	resp, err := h.follow(token)
	require.NoError(t, err)
	assert.Equal(t, "ada@example.net", resp.Member.EmailAddress)
	assert.True(t, resp.Member.EmailAddressVerified)
	assert.Greater(t, resp.Member.UpdatedAt, v.Member.UpdatedAt)
	assert.Equal(t, []organizations.RetiredEmail{{
		EmailID: v.MemberSession.AuthenticationFactors[0].EmailFactor.EmailID, EmailAddress: "ada@example.org",
	}}, resp.Member.RetiredEmailAddresses)
	assert.Equal(t, resp.MethodID, resp.MemberSession.AuthenticationFactors[0].EmailFactor.EmailID)
	_, err = h.follow(login)
	require.Error(t, err, "a link to the old address logs nobody in")
	code := h.code("acme", "ada@example.net")
	_, err = h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: "ada@example.org"})
	require.Error(t, err, "a retired address is nobody's")

	login = h.link("acme", "ada@example.net")
	h.alter("magic_links", "token", login, map[string]any{"purpose": "email_update", "email_address": "ada@example.org"})
	back, err := h.follow(login)
	require.NoError(t, err)
	assert.Equal(t, resp.Member.RetiredEmailAddresses[0].EmailID, back.MethodID, "the address has its id again")
	assert.Equal(t, []organizations.RetiredEmail{{EmailID: resp.MethodID, EmailAddress: "ada@example.net"}},
		back.Member.RetiredEmailAddresses)
	_, err = h.enter("acme", "ada@example.org", code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
}

func TestMagicLinks_intermediateSessionOfTheOrganizationIsUsedUp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("ada@example.com")
	for _, fields := range []map[string]any{
		{"organization_id": v.Organization.OrganizationID, "bound": true},
		{"organization_id": other.Organization.OrganizationID},
		{"organization_id": ""},
	} {
		ist := h.IntermediateSession("ada@example.com")
		h.alter("intermediate_sessions", "token", ist, fields)
		use := func(r *magiclinks.AuthenticateRequest) { r.IntermediateSessionToken = &ist }
		resp, err := h.follow(h.link("example", "ada@example.com"), use)
		require.NoError(t, err, fields)
		assert.True(t, resp.MemberAuthenticated)
		_, err = h.follow(h.link("example", "ada@example.com"), use)
		require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
	}
}
