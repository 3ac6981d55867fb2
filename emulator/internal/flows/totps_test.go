package flows_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/totps"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestTOTPs_enrollByIntermediateSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.requireMFA()
	ist := h.ist("example", "ada@example.com")
	created, err := h.createTOTP("example", v.MemberID, func(r *totps.CreateRequest) { r.IntermediateSessionToken = &ist })
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, created.MemberID)
	assert.Empty(t, created.Member.TOTPRegistrationID, "the registration is pending")
	assert.Equal(t, "example", created.Organization.OrganizationSlug)
	assert.Regexp(t, "^member-totp-test-", created.TOTPRegistrationID)
	assert.Regexp(t, "^[A-Z2-7]{32}$", created.Secret)
	assert.Len(t, created.RecoveryCodes, 10)
	for _, code := range created.RecoveryCodes {
		assert.Regexp(t, "^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$", code)
	}
	picture, found := strings.CutPrefix(created.QRCode, "data:image/png;base64,")
	assert.True(t, found)
	data, err := base64.StdEncoding.DecodeString(picture)
	require.NoError(t, err)
	assert.Equal(t, "\x89PNG", string(data[:4]))
	codes, err := h.recoveryCodes("example", v.MemberID)
	require.NoError(t, err)
	assert.Equal(t, created.RecoveryCodes, codes)

	h.Clock().Advance(time.Minute)
	resp, err := h.enterTOTP("example", v.MemberID, h.shown(created.Secret), func(r *totps.AuthenticateRequest) {
		r.IntermediateSessionToken, r.SessionDurationMinutes = &ist, new(5)
		r.SessionCustomClaims = shared.Object{"plan": "pro"}
	})
	require.NoError(t, err)
	m := h.member("example", v.MemberID)
	assert.Equal(t, m, resp.Member)
	assert.Equal(t, created.TOTPRegistrationID, m.TOTPRegistrationID)
	assert.True(t, m.MFAEnrolled)
	assert.Equal(t, organizations.MFAMethodTOTP, m.DefaultMFAMethod)
	assert.Equal(t, resp.MemberSession.StartedAt.Add(5*time.Minute), resp.MemberSession.ExpiresAt)
	assert.EqualValues(t, map[string]any{"plan": "pro"}, resp.MemberSession.CustomClaims)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 2)
	second := resp.MemberSession.AuthenticationFactors[1]
	assert.Equal(t, b2csessions.AuthenticationFactorTypeTOTP, second.Type)
	assert.Equal(t, b2csessions.AuthenticationFactorDeliveryMethodAuthenticatorApp, second.DeliveryMethod)
	assert.Equal(t, created.TOTPRegistrationID, second.AuthenticatorAppFactor.TOTPID)
	_, err = h.exchange(ist, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound, "it is used up")
	again, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.Equal(t, created.TOTPRegistrationID, again.MFARequired.MemberOptions.TOTPRegistrationID)
	assert.Empty(t, again.MFARequired.SecondaryAuthInitiated)
}

func TestTOTPs_codeWorksOnceAndNoOlderOneAfterIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, stytchtest.WithSeed(3), still(time.Date(2030, 1, 1, 12, 0, 15, 0, time.UTC)))
	v := h.create("ada@example.com")
	secret := h.addTOTP("example", v.MemberID, v.SessionToken).Secret
	enter := func(code string) error {
		_, err := h.enterTOTP("example", v.MemberID, code,
			func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
		return err
	}
	start := h.Clock().Now()
	codes := map[int]string{} // by how many steps of 30 seconds they are from now
	for n := -3; n <= 3; n++ {
		h.Clock().Set(start.Add(time.Duration(n) * 30 * time.Second))
		codes[n] = h.shown(secret)
	}
	h.Clock().Set(start)
	require.ErrorIs(t, enter(codes[2]), stytcherror.CodeUnableToAuthenticateTOTP)
	require.ErrorIs(t, enter(codes[3]), stytcherror.CodeUnableToAuthenticateTOTP)
	require.ErrorIs(t, enter(codes[-3]), stytcherror.CodeUnableToAuthenticateTOTP)
	require.NoError(t, enter(codes[-1]), "the app's clock may be slow by one code")
	require.ErrorIs(t, enter(codes[-1]), stytcherror.CodeTOTPCodeAlreadyAuthenticated)
	require.NoError(t, enter(codes[1]), "or fast")
	for _, n := range []int{-1, 0, 1} {
		require.ErrorIs(t, enter(codes[n]), stytcherror.CodeTOTPCodeAlreadyAuthenticated, n)
	}
	h.Clock().Advance(time.Minute)
	require.ErrorIs(t, enter(codes[1]), stytcherror.CodeTOTPCodeAlreadyAuthenticated, "in a later window too")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	require.ErrorIs(t, enter(codes[1]), stytcherror.CodeTOTPCodeAlreadyAuthenticated, "after a restore too")
	require.NoError(t, enter(codes[3]))
	h.Clock().Set(start)
	require.ErrorIs(t, enter(codes[0]), stytcherror.CodeTOTPCodeAlreadyAuthenticated, "and when the clock is moved back")
}

func TestTOTPs_pendingRegistration(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	_, err := h.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &v.SessionToken, SessionDurationMinutes: new(10_000),
	})
	require.NoError(t, err)
	create := func(minutes *int) (*totps.CreateResponse, error) {
		return h.createTOTP("example", v.MemberID, func(r *totps.CreateRequest) {
			r.SessionToken, r.ExpirationMinutes = &v.SessionToken, minutes
		})
	}
	enter := func(secret string) error {
		_, err := h.enterTOTP("example", v.MemberID, h.shown(secret),
			func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
		return err
	}
	for _, minutes := range []int{-1, 0, 4, 1441} {
		_, err := create(&minutes)
		require.ErrorIs(t, err, stytcherror.CodeInvalidExpiration)
	}
	for _, test := range []struct {
		minutes *int
		lasts   time.Duration
	}{{nil, time.Hour}, {new(5), 5 * time.Minute}, {new(30), 30 * time.Minute}} {
		created, err := create(test.minutes)
		require.NoError(t, err)
		_, err = create(nil)
		require.ErrorIs(t, err, stytcherror.CodePendingTOTPExists)
		_, err = h.api.B2B.TOTPs.Migrate(t.Context(), migration("example", v.MemberID))
		require.ErrorIs(t, err, stytcherror.CodePendingTOTPExists)
		h.Clock().Advance(test.lasts - time.Second)
		_, err = create(nil)
		require.ErrorIs(t, err, stytcherror.CodePendingTOTPExists)
		h.Clock().Advance(time.Second)
		require.ErrorIs(t, enter(created.Secret), stytcherror.CodeExpiredTOTP)
		_, err = h.recoveryCodes("example", v.MemberID)
		require.ErrorIs(t, err, stytcherror.CodeRecoveryCodesNotFound)
		assert.Empty(t, h.member("example", v.MemberID).TOTPRegistrationID)
	}
	created, err := create(new(1440))
	require.NoError(t, err, "one that has expired is replaced")
	_, err = h.api.B2B.Organizations.Members.DeleteTOTP(t.Context(),
		&members.DeleteTOTPRequest{OrganizationID: "example", MemberID: v.MemberID})
	require.NoError(t, err, "and one that is pending can be deleted")
	require.ErrorIs(t, enter(created.Secret), stytcherror.CodeTOTPNotFound)
	created, err = create(nil)
	require.NoError(t, err)
	require.NoError(t, enter(created.Secret))
	_, err = create(nil)
	require.ErrorIs(t, err, stytcherror.CodeActiveTOTPExists)
	h.Clock().Advance(24 * time.Hour)
	_, err = h.recoveryCodes("example", v.MemberID)
	require.NoError(t, err, "a registration that is complete does not expire")
}

func TestTOTPs_createRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("joe@example.org")
	pending := h.addMember("example", "pam@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	h.alter("members", "member_id", pending.MemberID, object{"email_address_verified": true})
	never := h.addMember("example", "ned@example.com", nil)
	foreign := h.IntermediateSession("eve@example.com")
	for name, test := range map[string]struct {
		member string
		change func(*totps.CreateRequest)
		want   stytcherror.Code
	}{
		"no organization":        {"", func(r *totps.CreateRequest) { r.OrganizationID = "nobody" }, "organization_not_found"},
		"another organization":   {other.MemberID, nil, "member_not_found"},
		"two tokens":             {"", func(r *totps.CreateRequest) { r.SessionToken, r.IntermediateSessionToken = &v.SessionToken, &foreign }, "too_many_session_arguments"},
		"another's session":      {"", func(r *totps.CreateRequest) { r.SessionToken = &other.SessionToken }, "member_session_member_id_mismatch"},
		"another's intermediate": {"", func(r *totps.CreateRequest) { r.IntermediateSessionToken = &foreign }, "invalid_intermediate_session_token_for_organization"},
		"no such session":        {"", func(r *totps.CreateRequest) { r.SessionToken = &noToken }, "session_not_found"},
		"no such intermediate":   {"", func(r *totps.CreateRequest) { r.IntermediateSessionToken = &noToken }, "intermediate_session_not_found"},
		"a pending member":       {pending.MemberID, nil, "action_available_only_for_active_members"},
	} {
		if test.member == "" {
			test.member = v.MemberID
		}
		if test.change == nil {
			test.change = func(*totps.CreateRequest) {}
		}
		_, err := h.createTOTP("example", test.member, test.change)
		require.ErrorIs(t, err, test.want, name)
	}
	h.requireMFA(organizations.MFAMethodSMSOTP)
	_, err := h.createTOTP("example", v.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationMFAMethods)
	assert.Empty(t, h.rows("totps"))
	_, err = h.updateOrg("example", func(r *organizations.UpdateRequest) { r.MFAMethods = new(organizations.MFAMethodsPolicyAllAllowed) })
	require.NoError(t, err)
	_, err = h.createTOTP("example", never.MemberID)
	require.NoError(t, err, "who never logged in may have one, and no session is required")
}

func TestTOTPs_authenticateRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("joe@example.org")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	session := func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken }
	for name, test := range map[string]struct {
		code   string
		change func(*totps.AuthenticateRequest)
		want   stytcherror.Code
	}{
		"seven digits":          {"1234567", session, "invalid_totp_code"},
		"a space":               {"123 456", session, "invalid_totp_code"},
		"a recovery code":       {app.RecoveryCodes[0], session, "recovery_code_used_as_totp_code"},
		"no session":            {"123456", nil, "no_session_arguments"},
		"two sessions":          {"123456", func(r *totps.AuthenticateRequest) { session(r); r.SessionJWT = &v.SessionJWT }, "too_many_session_arguments"},
		"another's session":     {"123456", func(r *totps.AuthenticateRequest) { r.SessionToken = &other.SessionToken }, "member_session_member_id_mismatch"},
		"no such session":       {"123456", func(r *totps.AuthenticateRequest) { r.SessionToken = &noToken }, "session_not_found"},
		"no such intermediate":  {"123456", func(r *totps.AuthenticateRequest) { r.IntermediateSessionToken = &noToken }, "intermediate_session_not_found"},
		"no member":             {"123456", func(r *totps.AuthenticateRequest) { session(r); r.MemberID = other.MemberID }, "member_not_found"},
		"an unknown enrollment": {"123456", func(r *totps.AuthenticateRequest) { session(r); r.SetMFAEnrollment = new("") }, "bad_request"},
		"a wrong code":          {wrong(h.shown(app.Secret)), session, "unable_to_authenticate_totp"},
	} {
		if test.change == nil {
			test.change = func(*totps.AuthenticateRequest) {}
		}
		_, err := h.enterTOTP("example", v.MemberID, test.code, test.change)
		require.ErrorIs(t, err, test.want, name)
	}
	_, err := h.enterTOTP("nobody", other.MemberID, "123456",
		func(r *totps.AuthenticateRequest) { r.SessionToken = &other.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = h.enterTOTP(other.Organization.OrganizationID, other.MemberID, "123456",
		func(r *totps.AuthenticateRequest) { r.SessionToken = &other.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeTOTPNotFound)
}

// migration is a request with the secret of RFC 6238, appendix B, in base32.
func migration(org, member string) *totps.MigrateRequest {
	return &totps.MigrateRequest{
		OrganizationID: org, MemberID: member, Secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		RecoveryCodes: []string{"one", "zwei & 2", "three"},
	}
}

func TestTOTPs_migrateTakesSecretsOfOtherSystems(t *testing.T) {
	t.Parallel()
	h := newHarness(t, still(time.Unix(1_111_111_109, 0)))
	v := h.create("ada@example.com")
	req := migration("example", v.MemberID)
	req.Secret = "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq"
	resp, err := h.api.B2B.TOTPs.Migrate(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, req.RecoveryCodes, resp.RecoveryCodes)
	assert.Equal(t, resp.TOTPRegistrationID, resp.Member.TOTPRegistrationID)
	assert.Equal(t, h.member("example", v.MemberID), resp.Member)
	assert.Empty(t, resp.Member.DefaultMFAMethod)
	assert.False(t, resp.Member.MFAEnrolled)
	_, err = h.enterTOTP("example", v.MemberID, "081804", // RFC 6238, appendix B, without the first two digits
		func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	codes, err := h.recoveryCodes("example", v.MemberID)
	require.NoError(t, err)
	assert.Equal(t, req.RecoveryCodes, codes)
	_, err = h.api.B2B.TOTPs.Migrate(t.Context(), req)
	require.ErrorIs(t, err, stytcherror.CodeActiveTOTPExists)
}

func TestTOTPs_migrateRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	pending := h.addMember("example", "pam@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	many := make([]string, 101)
	for i := range many {
		many[i] = strings.Repeat("a", i+1)
	}
	migrate := func(change func(*totps.MigrateRequest)) (*totps.MigrateResponse, error) {
		req := migration("example", v.MemberID)
		change(req)
		return h.api.B2B.TOTPs.Migrate(t.Context(), req)
	}
	for name, test := range map[string]struct {
		change func(*totps.MigrateRequest)
		want   stytcherror.Code
	}{
		"no organization":  {func(r *totps.MigrateRequest) { r.OrganizationID = "nobody" }, "organization_not_found"},
		"no member":        {func(r *totps.MigrateRequest) { r.MemberID = "nobody" }, "member_not_found"},
		"a pending member": {func(r *totps.MigrateRequest) { r.MemberID = pending.MemberID }, "action_available_only_for_active_members"},
		"9 bytes":          {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("A", 15) }, "bad_request"},
		"65 bytes":         {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("A", 104) }, "bad_request"},
		"no base32":        {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("1", 16) }, "bad_request"},
		"a dotless letter": {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("ı", 16) }, "bad_request"},
		"a cut group":      {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("A", 17) }, "bad_request"},
		"wrong padding":    {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("A", 16) + "=" }, "bad_request"},
		"padding inside":   {func(r *totps.MigrateRequest) { r.Secret = "AA======" + strings.Repeat("A", 16) }, "bad_request"},
		"a line break":     {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("A", 16) + "\n" }, "bad_request"},
		"spaces alone":     {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat(" ", 200) }, "bad_request"},
		"a megabyte":       {func(r *totps.MigrateRequest) { r.Secret = strings.Repeat("A", 1<<19) }, "bad_request"},
		"a code twice":     {func(r *totps.MigrateRequest) { r.RecoveryCodes = []string{"a", "b", "a"} }, "invalid_recovery_code"},
		"an empty code":    {func(r *totps.MigrateRequest) { r.RecoveryCodes = []string{""} }, "invalid_recovery_code"},
		"a long code":      {func(r *totps.MigrateRequest) { r.RecoveryCodes = []string{strings.Repeat("é", 129)} }, "invalid_recovery_code"},
		"101 codes":        {func(r *totps.MigrateRequest) { r.RecoveryCodes = many }, "invalid_recovery_code"},
	} {
		_, err := migrate(test.change)
		require.ErrorIs(t, err, test.want, name)
	}
	resp, err := migrate(func(r *totps.MigrateRequest) {
		r.Secret, r.RecoveryCodes = strings.Repeat("A", 16), many[:100]
	})
	require.NoError(t, err)
	assert.Len(t, resp.RecoveryCodes, 100)
	h.deleteTOTP("example", v.MemberID)
	_, err = migrate(func(r *totps.MigrateRequest) {
		r.Secret, r.RecoveryCodes = strings.Repeat("A", 103)+"=", []string{strings.Repeat("é", 128)}
	})
	require.NoError(t, err)
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	h.deleteTOTP("example", v.MemberID)
	resp, err = migrate(func(r *totps.MigrateRequest) { r.RecoveryCodes = []string{} })
	require.NoError(t, err)
	assert.Len(t, resp.RecoveryCodes, 10, "without codes, there are new ones")
	h.deleteTOTP("example", v.MemberID)
	h.requireMFA(organizations.MFAMethodSMSOTP)
	_, err = migrate(func(*totps.MigrateRequest) {})
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationMFAMethods)
}

func TestTOTPs_factorWithoutAnAppIsNone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	require.NoError(t, h.AddFactor(v.MemberSession.MemberSessionID, b2csessions.AuthenticationFactor{
		Type: b2csessions.AuthenticationFactorTypeTOTP, DeliveryMethod: "authenticator_app",
		AuthenticatorAppFactor: &b2csessions.AuthenticatorAppFactor{},
	}))
	h.requireMFA()
	resp, err := h.follow(h.link("example", "ada@example.com"), withSession(v.SessionToken))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
}
