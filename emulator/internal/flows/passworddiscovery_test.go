package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	passwordsdiscovery "github.com/seed75add069/stytch-go/b2b/passwords/discovery"
	passwordsdiscoveryemail "github.com/seed75add069/stytch-go/b2b/passwords/discovery/email"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// newCrossHarness is newHarness with passwords that are for all organizations.
func newCrossHarness(t *testing.T) *harness {
	t.Helper()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
	return h
}

// discoverReset sets the password of an address, by e-mail.
func (h *harness) discoverReset(address, password string) (*passwordsdiscoveryemail.ResetResponse, error) {
	h.t.Helper()
	_, err := h.api.B2B.Passwords.Discovery.Email.ResetStart(h.t.Context(),
		&passwordsdiscoveryemail.ResetStartRequest{EmailAddress: address})
	require.NoError(h.t, err)
	return h.resetDiscovered(h.WaitMessage(address).Token, password)
}

func (h *harness) resetDiscovered(token, password string) (*passwordsdiscoveryemail.ResetResponse, error) {
	h.t.Helper()
	return h.api.B2B.Passwords.Discovery.Email.Reset(h.t.Context(),
		&passwordsdiscoveryemail.ResetRequest{PasswordResetToken: token, Password: password})
}

// discoverBy discovers with a password.
func (h *harness) discoverBy(address, password string) (*passwordsdiscovery.AuthenticateResponse, error) {
	h.t.Helper()
	return h.api.B2B.Passwords.Discovery.Authenticate(h.t.Context(),
		&passwordsdiscovery.AuthenticateRequest{EmailAddress: address, Password: password})
}

func TestCrossPasswords_resetProvesTheAddress(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	found, err := h.discoverReset("Ada@example.com", strong)
	require.NoError(t, err)
	assert.Equal(t, "ada@example.com", found.EmailAddress)
	assert.Empty(t, found.DiscoveredOrganizations)
	created, err := h.api.B2B.Discovery.Organizations.Create(t.Context(), &discoveryorganizations.CreateRequest{
		IntermediateSessionToken: found.IntermediateSessionToken,
		EmailJITProvisioning:     new("RESTRICTED"), EmailAllowedDomains: []string{"example.com"},
	})
	require.NoError(t, err)
	assert.True(t, created.MemberAuthenticated)
	assert.True(t, created.Member.EmailAddressVerified)
	assert.NotEmpty(t, created.Member.MemberPasswordID)

	found, err = h.discoverReset("bob@example.com", strong)
	require.NoError(t, err)
	require.Len(t, found.DiscoveredOrganizations, 1)
	assert.Equal(t, discovery.MembershipTypeEligibleToJoinByEmailDomain, found.DiscoveredOrganizations[0].Membership.Type)
	assert.True(t, found.DiscoveredOrganizations[0].MemberAuthenticated)
	joined, err := h.exchange(found.IntermediateSessionToken, "example")
	require.NoError(t, err)
	assert.True(t, joined.MemberAuthenticated)
	assert.True(t, joined.Member.EmailAddressVerified)

	h.addMember("example", "eve@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	found, err = h.discoverReset("eve@example.com", strong)
	require.NoError(t, err)
	require.Len(t, found.DiscoveredOrganizations, 1)
	assert.True(t, found.DiscoveredOrganizations[0].MemberAuthenticated)
	known, err := h.discoverBy("eve@example.com", strong)
	require.NoError(t, err)
	require.Len(t, known.DiscoveredOrganizations, 1, "a password alone proves no address")
	assert.NotNil(t, known.DiscoveredOrganizations[0].PrimaryRequired)
	waiting, err := h.exchange(known.IntermediateSessionToken, "example")
	require.NoError(t, err)
	assert.NotNil(t, waiting.PrimaryRequired)
	assert.False(t, waiting.Member.EmailAddressVerified)
}

func TestCrossPasswords_areValidInAllOrganizations(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	v := h.create("ada@example.com")
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	one, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	two, err := h.signIn("example-2", "ada@example.com", strong)
	require.NoError(t, err)
	assert.Equal(t, one.Member.MemberPasswordID, two.Member.MemberPasswordID)
	moved, err := h.api.B2B.Sessions.Exchange(t.Context(),
		&sessions.ExchangeRequest{SessionToken: &one.SessionToken, OrganizationID: "example-2"})
	require.NoError(t, err)
	assert.True(t, moved.MemberAuthenticated)
	_, err = h.api.B2B.Organizations.Members.DeletePassword(t.Context(), &members.DeletePasswordRequest{
		OrganizationID: "example", MemberPasswordID: one.Member.MemberPasswordID,
	})
	require.ErrorIs(t, err, stytcherror.CodeCrossOrgPasswordsEnabled)
	byPassword, err := h.discoverBy("ada@example.com", strong)
	require.NoError(t, err)
	assert.True(t, byPassword.DiscoveredOrganizations[1].MemberAuthenticated)
	joined, err := h.exchange(byPassword.IntermediateSessionToken, "example-2")
	require.NoError(t, err)
	assert.True(t, joined.MemberAuthenticated, "whoever set it had proved the address")
	found, err := h.discoverBy("ADA@example.com", strong)
	require.NoError(t, err)
	assert.Len(t, found.DiscoveredOrganizations, 2)

	_, err = h.discoverReset("ada@example.com", another)
	require.NoError(t, err)
	for _, token := range []string{v.SessionToken, one.SessionToken, two.SessionToken, moved.SessionToken} {
		assert.False(t, h.lives(token))
	}
	_, err = h.exchange(found.IntermediateSessionToken, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
	_, err = h.signIn("example-2", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
	_, err = h.signIn("example-2", "ada@example.com", another)
	require.NoError(t, err)
	require.Error(t, h.SetSettings(emulator.Settings{}), "there are passwords")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	_, err = h.discoverBy("ada@example.com", another)
	require.NoError(t, err)
	require.Error(t, h.edit(func(state object) { state["settings"] = []any{} }))
}

func TestCrossPasswords_tellNothingOfAddresses(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	h.create("ada@example.com")
	for _, address := range []string{"ada@example.com", "nobody@example.com"} {
		_, err := h.discoverBy(address, strong)
		require.ErrorIs(t, err, stytcherror.CodeMemberPasswordNotFound)
		_, err = h.discoverReset(address, weak)
		require.ErrorIs(t, err, stytcherror.CodeWeakPassword)
	}
	_, err := h.discoverBy("ada", strong)
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmail)
	token := h.WaitMessage("ada@example.com").Token
	_, err = h.reset(token, strong)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken, "it is for discovery")
	_, err = h.resetDiscovered(h.resetToken("example", "ada@example.com"), strong)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken, "it is for one organization")
	_, err = h.resetDiscovered(token, "password1")
	require.ErrorIs(t, err, stytcherror.CodeBreachedPassword)
	_, err = h.resetDiscovered(token, strong)
	require.NoError(t, err)
	_, err = h.resetDiscovered(token, another)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
	_, err = h.discoverBy("ada@example.com", another)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
}

func TestCrossPasswords_startRefuses(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	start := func(change func(*passwordsdiscoveryemail.ResetStartRequest)) error {
		req := &passwordsdiscoveryemail.ResetStartRequest{EmailAddress: "ada@example.com"}
		change(req)
		_, err := h.api.B2B.Passwords.Discovery.Email.ResetStart(t.Context(), req)
		return err
	}
	for code, change := range map[stytcherror.Code]func(*passwordsdiscoveryemail.ResetStartRequest){
		stytcherror.CodeInvalidEmail:      func(r *passwordsdiscoveryemail.ResetStartRequest) { r.EmailAddress = "ada" },
		stytcherror.CodeInvalidLocale:     func(r *passwordsdiscoveryemail.ResetStartRequest) { r.Locale = new(shared.Locale("xx")) },
		stytcherror.CodeInvalidExpiration: func(r *passwordsdiscoveryemail.ResetStartRequest) { r.ResetPasswordExpirationMinutes = new(4) },
		stytcherror.CodeInvalidPasswordResetRedirectURL: func(r *passwordsdiscoveryemail.ResetStartRequest) {
			r.ResetPasswordRedirectURL = new("x")
		},
		stytcherror.CodeInvalidDiscoveryRedirectURL: func(r *passwordsdiscoveryemail.ResetStartRequest) {
			r.DiscoveryRedirectURL = new("x")
		},
		stytcherror.CodeInvalidPKCECodeChallenge: func(r *passwordsdiscoveryemail.ResetStartRequest) { r.PKCECodeChallenge = new("x") },
	} {
		require.ErrorIs(t, start(change), code)
	}
	require.NoError(t, start(func(r *passwordsdiscoveryemail.ResetStartRequest) {
		r.PKCECodeChallenge = new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	}))
	token := h.WaitMessage("ada@example.com").Token
	_, err := h.resetDiscovered(token, strong)
	require.ErrorIs(t, err, stytcherror.CodePKCEExpectedCodeVerifier)
	for verifier, code := range map[string]stytcherror.Code{
		strings.Repeat("v", 42): stytcherror.CodeInvalidPKCECodeVerifier, strings.Repeat("v", 43): stytcherror.CodePKCEMismatch,
		strings.Repeat("v", 129): stytcherror.CodeInvalidPKCECodeVerifier, strings.Repeat("v", 128): stytcherror.CodePKCEMismatch,
	} {
		_, err = h.api.B2B.Passwords.Discovery.Email.Reset(t.Context(), &passwordsdiscoveryemail.ResetRequest{
			PasswordResetToken: token, Password: strong, PKCECodeVerifier: &verifier,
		})
		require.ErrorIs(t, err, code, len(verifier))
	}

	plain := newHarness(t)
	_, err = plain.discoverBy("ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeCrossOrgPasswordsNotEnabled)
	_, err = plain.resetDiscovered("x", strong)
	require.ErrorIs(t, err, stytcherror.CodeCrossOrgPasswordsNotEnabled)
	_, err = plain.api.B2B.Passwords.Discovery.Email.ResetStart(t.Context(),
		&passwordsdiscoveryemail.ResetStartRequest{EmailAddress: "ada@example.com"})
	require.ErrorIs(t, err, stytcherror.CodeCrossOrgPasswordsNotEnabled)
}

func TestCrossPasswords_parallelGuessesAreAllCounted(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	h.create("ada@example.com")
	h.create("ada@example.com")
	_, err := h.discoverReset("ada@example.com", strong)
	require.NoError(t, err)
	for range 9 {
		_, err = h.discoverBy("ada@example.com", another)
		require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
	}
	_, err = h.discoverBy("ada@example.com", strong)
	require.NoError(t, err, "the tenth is right")
	counts := h.guessInParallel(func(client *stytch.Client) error {
		_, err := client.B2B.Passwords.Discovery.Authenticate(t.Context(),
			&passwordsdiscovery.AuthenticateRequest{EmailAddress: "ada@example.com", Password: another})
		return err
	})
	assert.Equal(t, map[stytcherror.Code]int{
		stytcherror.CodeUnauthorizedCredentials: 10, stytcherror.CodeUserLockLimitReached: 90,
	}, counts)
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached, "nor by way of an organization")
	for _, org := range []string{"example", "example-2"} {
		m, err := h.api.B2B.Organizations.Members.Get(t.Context(),
			&members.GetRequest{OrganizationID: org, EmailAddress: new("ada@example.com")})
		require.NoError(t, err)
		assert.True(t, m.Member.IsLocked)
		assert.Equal(t, time.Hour, m.Member.LockExpiresAt.Sub(m.Member.LockCreatedAt))
		_, err = h.enter(org, "ada@example.com", h.code(org, "ada@example.com"))
		require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	}
	discovered := h.discover("ada@example.com")
	assert.False(t, discovered.DiscoveredOrganizations[0].MemberAuthenticated)
	h.Clock().Advance(time.Hour)
	for range 5 {
		for _, org := range []string{"example", "example-2"} {
			_, err = h.signIn(org, "ada@example.com", another)
			require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
		}
	}
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached, "guesses in all organizations are counted together")
	_, err = h.discoverReset("ada@example.com", another)
	require.NoError(t, err)
	_, err = h.signIn("example", "ada@example.com", another)
	require.NoError(t, err, "another password is not locked")
}

func TestCrossPasswords_requireReset(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	other := h.create("joe@example.org")
	bob := h.visitor(org, "bob@example.com")
	h.setPassword("example", "ada@example.com", strong)
	admin, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	demand := func(change func(*passwordsemail.RequireResetRequest), opts ...shared.RequestOption) (*passwordsemail.RequireResetResponse, error) {
		req := &passwordsemail.RequireResetRequest{EmailAddress: "ada@example.com"}
		change(req)
		return h.api.B2B.Passwords.Email.RequireReset(t.Context(), req, opts...)
	}
	named := func(org, member string) func(*passwordsemail.RequireResetRequest) {
		return func(r *passwordsemail.RequireResetRequest) { r.OrganizationID, r.MemberID = &org, &member }
	}
	for _, row := range []struct {
		code   stytcherror.Code
		change func(*passwordsemail.RequireResetRequest)
		opts   []shared.RequestOption
	}{
		{stytcherror.CodeInvalidEmail, func(r *passwordsemail.RequireResetRequest) { r.EmailAddress = "ada" }, nil},
		{stytcherror.CodeOrganizationNotFound, named("nowhere", v.MemberID), nil},
		{stytcherror.CodeMemberNotFound, named(org, "nobody"), nil},
		{stytcherror.CodeMemberNotFound, named(org, bob.MemberID), nil},
		{stytcherror.CodeMemberNotFound, named(other.Organization.OrganizationID, v.MemberID), nil},
		{stytcherror.CodeMemberNotFound, func(r *passwordsemail.RequireResetRequest) {
			r.OrganizationID = &other.Organization.OrganizationID
		}, nil},
		{stytcherror.CodeMemberPasswordNotFound, func(r *passwordsemail.RequireResetRequest) { r.EmailAddress = "bob@example.com" }, nil},
		{stytcherror.CodeSessionAuthorizationError, named(org, v.MemberID), []shared.RequestOption{as(bob.SessionToken)}},
		{stytcherror.CodeSessionAuthorizationTenancyError, named(org, v.MemberID), []shared.RequestOption{as(other.SessionToken)}},
		{stytcherror.CodeSessionAuthorizationTenancyError, func(*passwordsemail.RequireResetRequest) {}, []shared.RequestOption{as(admin.SessionToken)}},
	} {
		_, err := demand(row.change, row.opts...)
		require.ErrorIs(t, err, row.code, "%+v", row)
	}
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	resp, err := demand(named("example", v.MemberID), as(admin.SessionToken))
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, resp.MemberID)
	assert.Equal(t, v.MemberID, resp.Member.MemberID)
	assert.Equal(t, org, resp.Organization.OrganizationID)
	resp, err = demand(func(*passwordsemail.RequireResetRequest) {})
	require.NoError(t, err)
	assert.Empty(t, resp.MemberID)
	assert.Nil(t, resp.Member)
	assert.True(t, h.lives(admin.SessionToken))
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberResetPassword)
	_, err = h.discoverBy("ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberResetPassword)
	_, err = h.resetExisting(strong, another)
	require.ErrorIs(t, err, stytcherror.CodeMemberResetPassword)
	h.setPassword("example", "ada@example.com", another)
	_, err = h.signIn("example", "ada@example.com", another)
	require.NoError(t, err)

	plain := newHarness(t)
	_, err = plain.api.B2B.Passwords.Email.RequireReset(t.Context(),
		&passwordsemail.RequireResetRequest{EmailAddress: "ada@example.com"})
	require.ErrorIs(t, err, stytcherror.CodeCrossOrgPasswordsNotEnabled)
}
