package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Two passwords that every policy lets pass, and one that none does.
const (
	strong  = "Violet trombone 58 lagoon"
	another = "Copper umbrella 31 tundra"
	weak    = "qwzx"
)

// setPasswords sets the settings of passwords.
func (h *harness) setPasswords(s emulator.PasswordSettings) {
	h.t.Helper()
	require.NoError(h.t, h.SetSettings(emulator.Settings{Passwords: s}))
}

// resetToken sends a member a link for setting a password, and returns its token.
func (h *harness) resetToken(org, address string, changes ...func(*passwordsemail.ResetStartRequest)) string {
	h.t.Helper()
	req := &passwordsemail.ResetStartRequest{OrganizationID: org, EmailAddress: address}
	for _, change := range changes {
		change(req)
	}
	_, err := h.api.B2B.Passwords.Email.ResetStart(h.t.Context(), req)
	require.NoError(h.t, err)
	return h.WaitMessage(address).Token
}

// reset sets a password with the token of a link.
func (h *harness) reset(
	token, password string, changes ...func(*passwordsemail.ResetRequest),
) (*passwordsemail.ResetResponse, error) {
	h.t.Helper()
	req := &passwordsemail.ResetRequest{PasswordResetToken: token, Password: password}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.Passwords.Email.Reset(h.t.Context(), req)
}

// setPassword gives a member a password, by e-mail.
func (h *harness) setPassword(org, address, password string) *passwordsemail.ResetResponse {
	h.t.Helper()
	resp, err := h.reset(h.resetToken(org, address), password)
	require.NoError(h.t, err)
	return resp
}

// signIn logs a member in with a password.
func (h *harness) signIn(
	org, address, password string, changes ...func(*passwords.AuthenticateRequest),
) (*passwords.AuthenticateResponse, error) {
	h.t.Helper()
	req := &passwords.AuthenticateRequest{OrganizationID: org, EmailAddress: address, Password: password}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.Passwords.Authenticate(h.t.Context(), req)
}

func TestPasswords_logIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	h.alter("organizations", "organization_slug", "example", object{"organization_external_id": "acme"})
	for _, org := range []string{"example", v.Organization.OrganizationID, "acme"} {
		resp, err := h.signIn(org, "ADA@example.com", strong)
		require.NoError(t, err, org)
		assert.True(t, resp.MemberAuthenticated)
		assert.Equal(t, v.MemberID, resp.MemberID)
		assert.Equal(t, v.Organization.OrganizationID, resp.OrganizationID)
		assert.True(t, strings.HasPrefix(resp.Member.MemberPasswordID, "member-password-test-"))
		assert.Empty(t, resp.IntermediateSessionToken)
		require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
		f := resp.MemberSession.AuthenticationFactors[0]
		assert.Equal(t, b2csessions.AuthenticationFactorTypePassword, f.Type)
		assert.Equal(t, b2csessions.AuthenticationFactorDeliveryMethodKnowledge, f.DeliveryMethod)
		found, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &resp.SessionToken})
		require.NoError(t, err)
		assert.Equal(t, resp.Member, found.Member)
		_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
		require.NoError(t, err)
	}
	byLink, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	joined, err := h.signIn("example", "ada@example.com", strong, func(r *passwords.AuthenticateRequest) {
		r.SessionToken, r.SessionDurationMinutes = &byLink.SessionToken, new(5)
		r.SessionCustomClaims = object{"plan": "pro"}
	})
	require.NoError(t, err)
	assert.Equal(t, byLink.MemberSession.MemberSessionID, joined.MemberSession.MemberSessionID)
	assert.Len(t, joined.MemberSession.AuthenticationFactors, 2)
	assert.Equal(t, object{"plan": "pro"}, object(joined.MemberSession.CustomClaims))
	assert.WithinDuration(t, h.Clock().Now().Add(5*time.Minute), joined.MemberSession.ExpiresAt, time.Second)
}

func TestPasswords_refusesWhatCannotLogIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.addMember(v.Organization.OrganizationID, "bob@example.com", nil)
	other := h.create("joe@example.org")
	h.setPassword("example", "ada@example.com", strong)
	set := func(change func(*passwords.AuthenticateRequest)) func(*passwords.AuthenticateRequest) { return change }
	for _, row := range []struct {
		code                   stytcherror.Code
		org, address, password string
		change                 func(*passwords.AuthenticateRequest)
	}{
		{code: stytcherror.CodeUnauthorizedCredentials, password: another},
		{code: stytcherror.CodeUnauthorizedCredentials, password: strong + " "},
		{code: stytcherror.CodeUnauthorizedCredentials, password: strings.Repeat("x", 500_000)},
		{code: stytcherror.CodeMemberPasswordNotFound, address: "bob@example.com"},
		{code: stytcherror.CodeMemberNotFound, address: "eve@example.com"},
		{code: stytcherror.CodeMemberNotFound, org: other.Organization.OrganizationID},
		{code: stytcherror.CodeInvalidEmail, address: "ada"},
		{code: stytcherror.CodeOrganizationNotFound, org: "nowhere"},
		{code: stytcherror.CodeInvalidSessionDurationMinutes, change: set(func(r *passwords.AuthenticateRequest) {
			r.SessionDurationMinutes = new(4)
		})},
		{code: stytcherror.CodeCustomClaimsTooLarge, change: set(func(r *passwords.AuthenticateRequest) {
			r.SessionCustomClaims = object{"x": strings.Repeat("x", 5000)}
		})},
		{code: stytcherror.CodeTooManySessionArguments, change: set(func(r *passwords.AuthenticateRequest) {
			r.SessionToken, r.IntermediateSessionToken = &v.SessionToken, &v.SessionToken
		})},
		{code: stytcherror.CodeIntermediateSessionNotFound, change: set(func(r *passwords.AuthenticateRequest) {
			r.IntermediateSessionToken = &v.SessionToken
		})},
		{code: stytcherror.CodeInvalidSessionToken, change: set(func(r *passwords.AuthenticateRequest) {
			r.SessionToken = new("x")
		})},
		{code: stytcherror.CodeInvalidLocale, change: set(func(r *passwords.AuthenticateRequest) {
			r.Locale = new(shared.Locale("xx"))
		})},
	} {
		get := func(s, byDefault string) string {
			if s == "" {
				return byDefault
			}
			return s
		}
		var changes []func(*passwords.AuthenticateRequest)
		if row.change != nil {
			changes = append(changes, row.change)
		}
		_, err := h.signIn(
			get(row.org, "example"), get(row.address, "ada@example.com"), get(row.password, strong), changes...)
		require.ErrorIs(t, err, row.code, "%+v", row)
	}
	assert.Equal(t, 3.0, h.rows("members")[0]["failures"], "only wrong passwords are counted")
}

func TestPasswords_areOfOneMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	_, err := h.signIn("example-2", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberPasswordNotFound)
	h.setPassword("example-2", "ada@example.com", another)
	_, err = h.signIn("example", "ada@example.com", another)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)

	resp, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	_, err = h.api.B2B.Sessions.Exchange(t.Context(),
		&sessions.ExchangeRequest{SessionToken: &resp.SessionToken, OrganizationID: "example-2"})
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactorsForSessionExchange)
	_, err = h.api.B2B.Organizations.Members.DeletePassword(t.Context(), &members.DeletePasswordRequest{
		OrganizationID: "example", MemberPasswordID: resp.Member.MemberPasswordID,
	})
	require.NoError(t, err)
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberPasswordNotFound)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &resp.SessionToken})
	require.NoError(t, err, "sessions stay")
	assert.Empty(t, h.member(v.Organization.OrganizationID, v.MemberID).MemberPasswordID)
}

func TestPasswords_whatEndsThem(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	bob := h.visitor(org, "bob@example.com").MemberID
	h.setPassword("example", "bob@example.com", strong)
	_, err := h.update(org, bob, func(r *members.UpdateRequest) { r.EmailAddress = new("robert@example.com") })
	require.NoError(t, err)
	_, err = h.signIn("example", "robert@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberPasswordNotFound)
	h.setPassword("example", "robert@example.com", strong)
	api := h.api.B2B.Organizations
	_, err = api.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: bob})
	require.NoError(t, err)
	_, err = h.signIn("example", "robert@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = api.Members.Reactivate(t.Context(), &members.ReactivateRequest{OrganizationID: org, MemberID: bob})
	require.NoError(t, err)
	_, err = h.signIn("example", "robert@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeMemberPasswordNotFound)
	h.setPassword("example", "robert@example.com", strong)
	_, err = api.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: org})
	require.NoError(t, err)
	assert.Empty(t, h.rows("passwords"))
}

func TestPasswords_surviveSnapshots(t *testing.T) {
	t.Parallel()
	h, copied := newHarness(t), newHarness(t)
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, copied.Restore(data))
	_, err = copied.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	for name, change := range map[string]func(row object){
		"no id":            func(row object) { row["member_password_id"] = "" },
		"no owner":         func(row object) { row["member_id"] = "" },
		"unknown owner":    func(row object) { row["member_id"] = "member-test-1" },
		"an address":       func(row object) { row["member_id"], row["email_address"] = "", "ada@example.com" },
		"both":             func(row object) { row["email_address"] = "ada@example.com" },
		"bad address":      func(row object) { row["member_id"], row["email_address"] = "", "ada" },
		"negative":         func(row object) { row["failures"] = -1 },
		"unknown function": func(row object) { row["hash"].(object)["hash_type"] = "rot_13" },
		"endless":          func(row object) { row["hash"].(object)["iterations"] = 1 << 30 },
		"huge":             func(row object) { row["hash"].(object)["memory"] = 1 << 30 },
		"no salt":          func(row object) { row["hash"].(object)["salt"] = "" },
		"long salt":        func(row object) { row["hash"].(object)["salt"] = make([]byte, 1025) },
	} {
		err := h.edit(func(state object) { change(state["passwords"].([]any)[0].(object)) })
		require.Error(t, err, name)
	}
	require.Error(t, h.edit(func(state object) {
		list := state["passwords"].([]any)
		second := object{"member_password_id": "p-2", "member_id": list[0].(object)["member_id"], "hash": list[0].(object)["hash"]}
		state["passwords"] = append(list, second)
	}), "a second one of a member")
}

func TestPasswords_needWhatTheOrganizationWants(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	resp, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.NotNil(t, resp.MFARequired)
	assert.Nil(t, resp.PrimaryRequired)
	assert.Empty(t, resp.SessionToken)
	_, err = h.exchange(resp.IntermediateSessionToken, h.create("ada@example.com").Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)
	found, err := h.listDiscovered(resp.IntermediateSessionToken)
	require.NoError(t, err)
	require.Len(t, found, 1, "the organization that the password is for")
	assert.Equal(t, "example", found[0].Organization.OrganizationSlug)
	assert.Nil(t, found[0].PrimaryRequired, "the password was enough")
	assert.NotNil(t, found[0].MFARequired)
	assert.False(t, found[0].MemberAuthenticated)
	exchanged, err := h.exchange(resp.IntermediateSessionToken, "example")
	require.NoError(t, err)
	assert.Nil(t, exchanged.PrimaryRequired)
	assert.NotNil(t, exchanged.MFARequired)

	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "OPTIONAL"})
	found, err = h.listDiscovered(resp.IntermediateSessionToken)
	require.NoError(t, err)
	assert.True(t, found[0].MemberAuthenticated)
	exchanged, err = h.exchange(resp.IntermediateSessionToken, "example")
	require.NoError(t, err)
	assert.True(t, exchanged.MemberAuthenticated, "as the list says")
	h.alter("members", "member_id", v.MemberID, object{"email_address_verified": false})
	resp, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	require.NotNil(t, resp.PrimaryRequired, "a password does not prove the address")
	assert.False(t, resp.Member.EmailAddressVerified)
	joined, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.True(t, joined.Member.EmailAddressVerified)

	h.alter("organizations", "organization_slug", "example",
		object{"auth_methods": "RESTRICTED", "allowed_auth_methods": []string{"magic_link"}})
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	h.alter("members", "member_id", v.MemberID, object{"is_breakglass": true})
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
}

func TestPasswords_wrongOnesLockAMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	wrong := func(n int) {
		for range n {
			_, err := h.signIn("example", "ada@example.com", another)
			require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
		}
	}
	wrong(9)
	resp, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err, "the tenth is right")
	assert.False(t, resp.Member.IsLocked)
	wrong(9)
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	assert.Equal(t, 9.0, h.rows("members")[0]["failures"], "a login that lacks a second factor keeps the count")
	wrong(1)
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	token := h.resetToken("example", "ada@example.com")
	_, err = h.reset(token, another)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	assert.True(t, h.member(v.Organization.OrganizationID, v.MemberID).IsLocked)
	h.Clock().Advance(time.Hour)
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
}

func TestPasswords_breachedOnesMustBeReset(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	h.setPasswords(emulator.PasswordSettings{BreachedPasswords: []string{strong}})
	for range 12 {
		_, err := h.signIn("example", "ada@example.com", strong)
		require.ErrorIs(t, err, stytcherror.CodeMemberResetPassword)
	}
	_, err := h.signIn("example", "ada@example.com", another)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials, "right ones are not counted")
	_, err = h.reset(h.resetToken("example", "ada@example.com"), strong)
	require.ErrorIs(t, err, stytcherror.CodeBreachedPassword)
	h.setPasswords(emulator.PasswordSettings{BreachedPasswords: []string{strong}, AllowBreachedOnAuthenticate: true})
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	h.setPasswords(emulator.PasswordSettings{BreachedPasswords: []string{another}, AllowBreachedOnCreate: true})
	h.setPassword("example", "ada@example.com", another)
}
