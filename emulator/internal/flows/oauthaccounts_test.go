package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// tenant lets people of a tenant join an organization.
func tenant(provider, id string) func(*discoveryorganizations.CreateRequest) {
	return func(r *discoveryorganizations.CreateRequest) {
		r.OAuthTenantJITProvisioning = new(organizations.OAuthTenantJITProvisioningRestricted)
		r.AllowedOAuthTenants = map[string]any{provider: []string{id}}
	}
}

// An account at a provider that does not prove addresses may belong to anybody: it opens nothing before the address is
// proved, and from then on it does.
func TestOAuthAccounts_unprovedAddressOpensNoMember(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"slack", "github", "hubspot"} {
		h := newHarness(t)
		v := h.create("ada@example.com")
		org := v.Organization.OrganizationID
		resp, err := h.logInBy(provider, org, hint("ada@example.com"))
		require.NoError(t, err)
		assert.False(t, resp.MemberAuthenticated, provider)
		assert.Empty(t, resp.SessionToken)
		assert.Nil(t, resp.MemberSession)
		require.NotNil(t, resp.PrimaryRequired)
		assert.Contains(t, resp.PrimaryRequired.AllowedAuthMethods, "magic_link")
		assert.NotContains(t, resp.PrimaryRequired.AllowedAuthMethods, provider+"_oauth")
		assert.Empty(t, resp.Member.OAuthRegistrations)
		ist := resp.IntermediateSessionToken
		exchanged, err := h.exchange(ist, org)
		require.NoError(t, err)
		assert.False(t, exchanged.MemberAuthenticated, "no way around")
		_, err = h.sendSMS(org, v.MemberID, func(r *sms.SendRequest) {
			r.MFAPhoneNumber, r.IntermediateSessionToken = new(phone), &ist
		})
		require.ErrorIs(t, err, stytcherror.CodeActionAvailableOnlyOncePrimaryAuthenticationIsMet, "nor by a second factor")
		assert.Empty(t, h.member(org, v.MemberID).OAuthRegistrations)
		require.NoError(t, h.edit(func(object) {}))

		proved, err := h.follow(h.link(org, "ada@example.com"), func(r *magiclinks.AuthenticateRequest) { r.IntermediateSessionToken = &ist })
		require.NoError(t, err)
		assert.True(t, proved.MemberAuthenticated)
		require.Len(t, proved.Member.OAuthRegistrations, 1, "now the account is the member's")
		require.Len(t, proved.MemberSession.AuthenticationFactors, 2)
		assert.EqualValues(t, "oauth_"+provider, proved.MemberSession.AuthenticationFactors[0].DeliveryMethod)

		again, err := h.logInBy(provider, org, hint("ada@example.com"))
		require.NoError(t, err)
		assert.True(t, again.MemberAuthenticated, "it is known")
		strange, err := h.logInBy(provider, org, hint("ada@example.com", "subject", "another"))
		require.NoError(t, err)
		assert.False(t, strange.MemberAuthenticated, "another account with the same address is not")
	}
}

func TestOAuthAccounts_belongToTheMemberWhateverTheirAddressIsLater(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	first, err := h.logInBy("google", org, hint("ada@example.com", "subject", "42"))
	require.NoError(t, err)
	bob := h.addMember(org, "bob@example.com", nil)
	renamed, err := h.logInBy("google", org, hint("bob@example.com", "subject", "42"))
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, renamed.MemberID)
	assert.Equal(t, "ada@example.com", renamed.Member.EmailAddress)
	assert.Empty(t, renamed.MemberSession.AuthenticationFactors[0].GoogleOAuthFactor.EmailID, "it is not the member's address")
	assert.Equal(t, first.Member.OAuthRegistrations[0].MemberOAuthRegistrationID, renamed.Member.OAuthRegistrations[0].MemberOAuthRegistrationID)

	h.alter("members", "member_id", v.MemberID, object{"email_address_verified": false})
	unproved, err := h.logInBy("google", org, hint("bob@example.com", "subject", "42"))
	require.NoError(t, err)
	assert.False(t, unproved.MemberAuthenticated, "another address does not prove the member's")

	byAddress, err := h.logInBy("google", org, hint("bob@example.com", "subject", "43"))
	require.NoError(t, err)
	assert.Equal(t, bob.MemberID, byAddress.MemberID)
	other := h.create("eve@other.dev").Organization.OrganizationID
	_, err = h.logInBy("google", other, hint("ada@example.com", "subject", "42"))
	require.ErrorIs(t, err, stytcherror.CodeEmailJITProvisioningNotAllowed, "of one organization only")

	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	after, err := h.logInBy("google", org, hint("bob@example.com", "subject", "42"))
	require.NoError(t, err)
	assert.Equal(t, bob.MemberID, after.MemberID, "a deleted member has no account any more")
}

func TestOAuthAccounts_addressThatTheProviderHasNotVerifiedIsNotProved(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com", allowing("example.com")).Organization.OrganizationID
	resp, err := h.logInBy("google", org, hint("ada@example.com", "email_verified", "false"))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.Equal(t, false, claimsOf(t, resp.ProviderValues.IDToken)["email_verified"])
	_, err = h.logInBy("google", org, hint("new@example.com", "email_verified", "false"))
	require.ErrorIs(t, err, stytcherror.CodeOAuthTenantJITProvisioningNotAllowed)
}

func TestOAuthAccounts_strangersJoinByDomainOrTenant(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	closed := h.create("ada@example.com").Organization.OrganizationID
	byDomain := h.create("ada@example.com", allowing("example.com")).Organization.OrganizationID
	bySlack := h.create("ada@example.com", tenant("slack", "T1")).Organization.OrganizationID
	for name, row := range map[string]struct {
		provider, org string
		parameters    map[string]string
		want          stytcherror.Code
	}{
		"Google, closed":              {"google", closed, hint("a@example.com"), stytcherror.CodeEmailJITProvisioningNotAllowed},
		"Google, another domain":      {"google", byDomain, hint("a@other.dev"), stytcherror.CodeInvalidEmailForJITProvisioning},
		"Google, by tenant only":      {"google", bySlack, hint("a@example.com"), stytcherror.CodeEmailJITProvisioningNotAllowed},
		"Slack, closed":               {"slack", closed, hint("a@example.com", "tenant_ids", "T1"), stytcherror.CodeOAuthTenantJITProvisioningNotAllowed},
		"Slack, by domain":            {"slack", byDomain, hint("a@example.com"), stytcherror.CodeOAuthTenantJITProvisioningNotAllowed},
		"Slack, another tenant":       {"slack", bySlack, hint("a@example.com", "tenant_ids", "T2"), stytcherror.CodeInvalidOAuthTenantForJITProvisioning},
		"Slack, without a tenant":     {"slack", bySlack, hint("a@example.com"), stytcherror.CodeInvalidOAuthTenantForJITProvisioning},
		"GitHub, a tenant of Slack's": {"github", bySlack, hint("a@example.com", "tenant_ids", "T1"), stytcherror.CodeInvalidOAuthTenantForJITProvisioning},
	} {
		_, err := h.logInBy(row.provider, row.org, row.parameters)
		require.ErrorIs(t, err, row.want, name)
	}
	for _, provider := range []string{"google", "microsoft"} {
		joined, err := h.logInBy(provider, byDomain, hint(provider+"@example.com", "name", "New"))
		require.NoError(t, err)
		assert.True(t, joined.MemberAuthenticated)
		assert.Equal(t, organizations.MemberStatusActive, joined.Member.Status)
		assert.True(t, joined.Member.EmailAddressVerified)
	}
	joined, err := h.logInBy("slack", bySlack, hint("new@anywhere.dev", "tenant_ids", "T1"))
	require.NoError(t, err)
	assert.False(t, joined.MemberAuthenticated)
	assert.NotNil(t, joined.PrimaryRequired)
	assert.Equal(t, organizations.MemberStatusPending, joined.Member.Status)
	assert.False(t, joined.Member.EmailAddressVerified)

	claimed := h.create("owner@claimed.dev").Organization.OrganizationID
	h.alter("organizations", "organization_id", claimed, object{"claimed_email_domains": []any{"claimed.dev"}})
	_, err = h.logInBy("slack", bySlack, hint("x@claimed.dev", "tenant_ids", "T1"))
	require.ErrorIs(t, err, stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)

	_, err = h.updateOrg(bySlack, func(r *organizations.UpdateRequest) {
		r.OAuthTenantJITProvisioning = new(organizations.OAuthTenantJITProvisioningNotAllowed)
	})
	require.NoError(t, err)
	_, err = h.logInBy("slack", bySlack, hint("late@anywhere.dev", "tenant_ids", "T1"))
	require.ErrorIs(t, err, stytcherror.CodeOAuthTenantJITProvisioningNotAllowed, "the list of tenants stays")
}

func TestOAuthAccounts_firstLoginMakesPendingAndInvitedMembersActive(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	for _, status := range []string{organizations.MemberStatusPending, organizations.MemberStatusInvited} {
		m := h.addMember(org, status+"@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
		h.alter("members", "member_id", m.MemberID, object{"status": status})
		resp, err := h.logInBy("microsoft", org, hint(status+"@example.com"))
		require.NoError(t, err)
		assert.True(t, resp.MemberAuthenticated)
		assert.Equal(t, "active", resp.Member.Status)
		assert.True(t, h.member(org, m.MemberID).EmailAddressVerified)
	}
}

func TestOAuthAccounts_secondFactorIsStillNeeded(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	h.alter("organizations", "organization_id", org, object{"mfa_policy": "REQUIRED_FOR_ALL"})
	resp, err := h.logInBy("google", org, hint("ada@example.com"))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.NotNil(t, resp.MFARequired)
	assert.Nil(t, resp.PrimaryRequired)
	assert.Len(t, resp.IntermediateSessionToken, 44)
	assert.Len(t, resp.Member.OAuthRegistrations, 1, "the account is the member's, who has proved the address")
	assert.NotNil(t, resp.ProviderValues)
}

func TestOAuthAccounts_factorIsAddedToASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	added, err := h.logInBy("google", org, hint("ada@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	assert.Equal(t, v.MemberSession.MemberSessionID, added.MemberSession.MemberSessionID)
	assert.Len(t, added.MemberSession.AuthenticationFactors, 2)
	again, err := h.logInBy("google", org, hint("ada@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionJWT = &added.SessionJWT })
	require.NoError(t, err)
	assert.Len(t, again.MemberSession.AuthenticationFactors, 2, "the same factor again")
	second, err := h.logInBy("google", org, hint("ada@example.com", "subject", "another"),
		func(r *oauth.AuthenticateRequest) { r.SessionToken = &again.SessionToken })
	require.NoError(t, err)
	assert.Len(t, second.MemberSession.AuthenticationFactors, 3, "another account is another factor")
	linked, err := h.logInBy("github", org, hint("ada@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionToken = &again.SessionToken })
	require.NoError(t, err)
	assert.True(t, linked.MemberAuthenticated, "the session has proved the address")
	assert.Len(t, linked.Member.OAuthRegistrations, 3)

	bob := h.addMember(org, "bob@example.com", nil)
	others, err := h.logInBy("google", org, hint("bob@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	assert.Equal(t, bob.MemberID, others.MemberID)
	assert.Len(t, others.MemberSession.AuthenticationFactors, 1, "a session of somebody else is ignored")
	_, err = h.logInBy("google", org, hint("ada@example.com"),
		func(r *oauth.AuthenticateRequest) {
			r.IntermediateSessionToken = new(h.IntermediateSession("bob@example.com"))
		})
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)
}

// Who has proved an address has not proved the one that is set later.
func TestOAuthAccounts_proofIsOfTheAddressThatTheMemberHad(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	other := h.create("victim@example.com").Organization.OrganizationID
	resp, err := h.logInBy("google", org, hint("ada@example.com", "subject", "42"))
	require.NoError(t, err)
	h.readdress(org, v.MemberID, "victim@example.com", nil)
	require.ErrorIs(t, h.exchangeFor(resp.SessionToken, other), stytcherror.CodeInsufficientFactorsForSessionExchange)
	again, err := h.logInBy("google", org, hint("ada@example.com", "subject", "42"), func(r *oauth.AuthenticateRequest) {
		r.SessionToken = &resp.SessionToken
	})
	require.NoError(t, err)
	assert.False(t, again.MemberAuthenticated)
}

// A factor of OAuth that goes to another organization is that of an exchange there.
func TestOAuthAccounts_factorIsCarriedOverToAnotherOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	from := h.create("ada@example.com").Organization.OrganizationID
	to := h.create("ada@example.com")
	for provider, want := range map[string]string{"google": "oauth_exchange_google", "microsoft": "oauth_microsoft"} {
		resp, err := h.logInBy(provider, from, hint("ada@example.com"))
		require.NoError(t, err)
		exchanged, err := h.api.B2B.Sessions.Exchange(t.Context(), &sessions.ExchangeRequest{
			OrganizationID: to.Organization.OrganizationID, SessionToken: &resp.SessionToken,
		})
		require.NoError(t, err)
		require.True(t, exchanged.MemberAuthenticated)
		require.Len(t, exchanged.MemberSession.AuthenticationFactors, 1)
		f := exchanged.MemberSession.AuthenticationFactors[0]
		assert.EqualValues(t, want, f.DeliveryMethod)
		if provider == "google" {
			assert.Nil(t, f.GoogleOAuthFactor)
			assert.Regexp(t, "^email-test-", f.GoogleOAuthExchangeFactor.EmailID)
		}
		assert.Empty(t, h.member(to.Organization.OrganizationID, to.MemberID).OAuthRegistrations)
	}
}

// A new address at a provider that proves it becomes the member's. One that the member had before does not come back, nor
// does one that another member has.
func TestOAuthAccounts_newAddressBecomesTheMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	for provider, adopted := range map[string]string{"google": "google@example.com", "microsoft": "microsoft@example.com", "github": ""} {
		email := "bob-" + provider + "@example.com"
		bob := h.addMember(org, email, nil)
		proved := h.visitor(org, email)
		_, err := h.logInBy(provider, org, hint(email, "subject", "7"), func(r *oauth.AuthenticateRequest) {
			r.SessionToken = &proved.SessionToken
		})
		require.NoError(t, err)
		resp, err := h.logInBy(provider, org, hint(provider+"@example.com", "subject", "7"))
		require.NoError(t, err)
		require.Equal(t, bob.MemberID, resp.MemberID)
		if adopted == "" {
			assert.Equal(t, email, resp.Member.EmailAddress, "it is not proved")
			continue
		}
		assert.True(t, resp.MemberAuthenticated)
		assert.Equal(t, adopted, resp.Member.EmailAddress)
		assert.True(t, resp.Member.EmailAddressVerified)
		require.Len(t, resp.Member.RetiredEmailAddresses, 1)
		assert.Equal(t, email, resp.Member.RetiredEmailAddresses[0].EmailAddress)
		back, err := h.logInBy(provider, org, hint(email, "subject", "7"))
		require.NoError(t, err)
		assert.Equal(t, adopted, back.Member.EmailAddress)
		taken, err := h.logInBy(provider, org, hint("ada@example.com", "subject", "7"))
		require.NoError(t, err)
		assert.Equal(t, []string{bob.MemberID, adopted}, []string{taken.MemberID, taken.Member.EmailAddress})
	}
}

// Nor is it proved in another organization, to which a session goes that has proved the new address otherwise.
func TestOAuthAccounts_exchangeProvesNoAddressThatTheAccountDidNot(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	to := h.create("ada@example.net").Organization.OrganizationID
	resp, err := h.logInBy("google", v.Organization.OrganizationID, hint("ada@example.com"))
	require.NoError(t, err)
	h.readdress(v.Organization.OrganizationID, v.MemberID, "ada@example.net", &resp.SessionToken)
	exchanged, err := h.api.B2B.Sessions.Exchange(t.Context(), &sessions.ExchangeRequest{OrganizationID: to, SessionToken: &resp.SessionToken})
	require.NoError(t, err)
	require.True(t, exchanged.MemberAuthenticated)
	require.Len(t, exchanged.MemberSession.AuthenticationFactors, 2)
	assert.Empty(t, exchanged.MemberSession.AuthenticationFactors[0].GoogleOAuthExchangeFactor.EmailID)
}
