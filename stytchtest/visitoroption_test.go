package stytchtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestInOrganization_createsJoinsAndReturns(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	acme := stytchtest.InOrganization("acme")
	creator := server.LogIn(ada, acme)
	session := local(t, server, creator.SessionJWT)
	assert.Equal(t, "acme", session.OrganizationSlug)
	assert.Contains(t, session.Roles, "stytch_admin")
	second := server.LogIn("eve@example.net", acme)
	assert.Equal(t, creator.OrganizationID, second.OrganizationID)
	assert.Equal(t, second.MemberID, server.LogIn("eve@example.net", acme).MemberID)
	assert.NotEqual(t, creator.OrganizationID, server.LogIn("eve@example.net", stytchtest.InOrganization("other")).OrganizationID)

	open := server.CreateOrganization(ada, "Open Engines", &discoveryorganizations.CreateRequest{
		EmailJITProvisioning: new(organizations.EmailJITProvisioningRestricted), EmailAllowedDomains: []string{"example.com"},
	}).Organization
	for _, email := range []string{"joins@example.com", "is.added@example.net"} {
		assert.Equal(t, open.OrganizationID, server.LogIn(email, stytchtest.InOrganization(open.OrganizationSlug)).OrganizationID)
	}
}

func TestWithRoles_replacesRoles(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	for _, row := range []struct {
		roles, want []string
	}{
		{nil, []string{"stytch_member"}},
		{[]string{"editor"}, []string{"stytch_member", "editor"}},
		{[]string{"stytch_admin", "editor", "stytch_member"}, []string{"stytch_member", "stytch_admin", "editor"}},
	} {
		for _, email := range []string{"creator" + fmt.Sprint(len(row.roles)) + "@example.com", ada} {
			v := server.LogIn(email, stytchtest.WithRoles("nobody"), stytchtest.WithRoles(row.roles...))
			assert.Equal(t, row.want, local(t, server, v.SessionJWT).Roles)
			assert.Equal(t, row.want, refresh(t, server, v).Roles)
		}
	}
	assert.Equal(t, []string{"stytch_member", "stytch_admin", "editor"}, local(t, server, server.LogIn(ada).SessionJWT).Roles,
		"without the option, roles stay")
}

// kind is a type for kinds of factors, as package httpauth has one.
type kind string

func TestWithFactor_hasTheFieldsOfTheAPI(t *testing.T) {
	t.Parallel()
	const id = "-test-00000000-0000-4000-8000-000000000000"
	server := stytchtest.New(t)
	for name, want := range map[kind]b2csessions.AuthenticationFactor{
		"email": {Type: "magic_link", DeliveryMethod: "email"},
		"sms": {Type: "otp", DeliveryMethod: "sms",
			PhoneNumberFactor: &b2csessions.PhoneNumberFactor{PhoneID: "phone-number" + id, PhoneNumber: "+12025550162"}},
		"totp": {Type: "totp", DeliveryMethod: "authenticator_app",
			AuthenticatorAppFactor: &b2csessions.AuthenticatorAppFactor{TOTPID: "member-totp" + id}},
		"recovery_code": {Type: "recovery_codes", DeliveryMethod: "recovery_code",
			RecoveryCodeFactor: &b2csessions.RecoveryCodeFactor{TOTPRecoveryCodeID: "member-totp-recovery-code" + id}},
		"webauthn": {Type: "webauthn", DeliveryMethod: "webauthn_registration",
			WebAuthnFactor: &b2csessions.WebAuthnFactor{WebAuthnRegistrationID: "webauthn-registration" + id, Domain: "example.com"}},
		"password": {Type: "password", DeliveryMethod: "knowledge"},
		"oauth": {Type: "oauth", DeliveryMethod: "oauth_google",
			GoogleOAuthFactor: &b2csessions.GoogleOAuthFactor{ID: "oauth-member" + id, ProviderSubject: "100000000000000000001"}},
		"sso": {Type: "sso", DeliveryMethod: "sso_oidc",
			OIDCSSOFactor: &b2csessions.OIDCSSOFactor{ID: "oidc-member-registration" + id, ProviderID: "oidc-connection" + id, ExternalID: "example-subject"}},
	} {
		v := server.LogIn(ada, stytchtest.WithFactor(name, 0), stytchtest.WithFactor(string(name), time.Hour))
		hourAgo := server.Clock().Now().Add(-time.Hour)
		factors := local(t, server, v.SessionJWT).AuthenticationFactors
		if name != "email" {
			require.Len(t, factors, 2, name)
			assert.WithinDuration(t, server.Clock().Now(), factors[1].LastAuthenticatedAt, 10*time.Second)
			assert.EqualValues(t, "magic_link", factors[1].Type)
			if want.GoogleOAuthFactor != nil {
				want.GoogleOAuthFactor.EmailID = factors[1].EmailFactor.EmailID
			}
		} else {
			require.Len(t, factors, 1)
			want.EmailFactor = &b2csessions.EmailFactor{EmailID: factors[0].EmailFactor.EmailID, EmailAddress: ada}
			assert.NotEmpty(t, want.EmailFactor.EmailID)
		}
		assert.WithinDuration(t, hourAgo, factors[0].LastAuthenticatedAt, 10*time.Second)
		want.LastAuthenticatedAt = factors[0].LastAuthenticatedAt
		assert.Equal(t, want, factors[0], name)
		assert.Equal(t, factors, refresh(t, server, v).AuthenticationFactors)
	}
}

func TestWithClaims_surviveRefreshesAndAreCopied(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	inner := map[string]any{"seats": 10}
	claims := map[string]any{"plan": "pro", "limits": inner, "sub": "ignored"}
	option := stytchtest.WithClaims(claims)
	claims["plan"], inner["seats"] = "changed", 0
	want := map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}}
	for range 2 {
		v := server.LogIn(ada, stytchtest.WithClaims(map[string]any{"other": 1}), option)
		session := local(t, server, v.SessionJWT)
		assert.EqualValues(t, want, session.CustomClaims)
		assert.Equal(t, v.MemberID, session.MemberID)
		assert.EqualValues(t, want, refresh(t, server, v).CustomClaims)
	}
	assert.Empty(t, local(t, server, server.LogIn(ada, option, stytchtest.WithClaims(nil)).SessionJWT).CustomClaims)
}

func TestLogIn_withAllOptions(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	v := server.LogIn(ada, stytchtest.WithClaims(map[string]any{"plan": "pro"}), stytchtest.WithFactor("totp", time.Minute),
		stytchtest.WithFactor("email", time.Hour), stytchtest.WithFactor("sms", 2*time.Minute),
		stytchtest.WithRoles("editor"), stytchtest.InOrganization("other"), stytchtest.InOrganization("acme"))
	for _, session := range []*sessions.MemberSession{local(t, server, v.SessionJWT), refresh(t, server, v)} {
		assert.Equal(t, "acme", session.OrganizationSlug)
		assert.Equal(t, []string{"stytch_member", "editor"}, session.Roles)
		assert.EqualValues(t, map[string]any{"plan": "pro"}, session.CustomClaims)
		require.Len(t, session.AuthenticationFactors, 3)
		for i, want := range []b2csessions.AuthenticationFactorType{"magic_link", "otp", "totp"} {
			assert.Equal(t, want, session.AuthenticationFactors[i].Type, "oldest first")
		}
	}
	data, err := server.Snapshot()
	require.NoError(t, err)
	require.NoError(t, stytchtest.New(t).Restore(data))
}
