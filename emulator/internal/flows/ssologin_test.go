package flows_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/external"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// surfer is a browser that shows where it is led, and goes there when it is told to.
type surfer struct {
	t      *testing.T
	client *http.Client
}

func newSurfer(t *testing.T) *surfer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &surfer{t, &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// do sends a request: a form if there is one.
func (s *surfer) do(address string, form url.Values) page {
	s.t.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, address, body)
	require.NoError(s.t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := s.client.Do(r)
	require.NoError(s.t, err)
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	to, _ := resp.Location()
	return page{resp.StatusCode, resp.Header, string(data), to}
}

const loginURL, signupURL = "https://app.example/login?a=b", "https://app.example/signup"

// start is the start URL of a login by SSO, with pairs of parameters.
func (h *harness) startSSO(pairs ...string) string {
	query := url.Values{
		"public_token": {h.PublicToken()}, "login_redirect_url": {loginURL}, "signup_redirect_url": {signupURL},
	}
	for pair := range slices.Chunk(pairs, 2) {
		query.Set(pair[0], pair[1])
	}
	return h.URL() + "/v1/public/sso/start?" + query.Encode()
}

// ssoToken is the token of a login at the built-in provider, with pairs of parameters.
func (h *harness) ssoToken(connection, email string, pairs ...string) string {
	h.t.Helper()
	v := newSurfer(h.t).do(h.startSSO(append(pairs, "connection_id", connection, "login_hint", email)...), nil)
	require.NotNil(h.t, v.to, v.body)
	require.Equal(h.t, "sso", v.to.Query().Get("stytch_token_type"))
	return v.to.Query().Get("token")
}

func (h *harness) authenticateSSO(
	token string, changes ...func(*sso.AuthenticateRequest),
) (*sso.AuthenticateResponse, error) {
	h.t.Helper()
	req := &sso.AuthenticateRequest{SSOToken: token}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.SSO.Authenticate(h.t.Context(), req)
}

func TestSSO_personBecomesAMemberAndIsKnownAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	for kind, id := range map[string]string{
		"saml": h.activeSAML(org).ConnectionID, "oidc": h.activeOIDC(org).ConnectionID,
	} {
		email := kind + "@example.com"
		attributes := map[string]any{"title": "Dr.", "email": email, "name": "Bob B."}
		if kind == "saml" { // whose mapping has other names
			attributes = map[string]any{"title": "Dr.", "mail": email, "cn": "Bob B."}
		}
		first := newSurfer(t).do(h.startSSO("connection_id", id, "login_hint", strings.ToUpper(email), "provider_name", "Bob B.",
			"provider_subject", "sub/1", "provider_attributes", `{"title": "Dr."}`), nil)
		assert.Equal(t, "/signup", first.to.Path, "nobody has this address yet")
		got, err := h.authenticateSSO(first.to.Query().Get("token"))
		require.NoError(t, err)
		assert.True(t, got.MemberAuthenticated)
		assert.Equal(t, []any{"active", true, "Bob B.", email, org},
			[]any{got.Member.Status, got.Member.EmailAddressVerified, got.Member.Name, got.Member.EmailAddress, got.OrganizationID})
		require.Len(t, got.Member.SSORegistrations, 1)
		registration := got.Member.SSORegistrations[0]
		assert.Regexp(t, "^"+kind+"-member-registration-test-", registration.RegistrationID)
		assert.Equal(t, organizations.SSORegistration{
			ConnectionID: id, ExternalID: "sub/1", RegistrationID: registration.RegistrationID,
			SSOAttributes: attributes,
		}, registration)
		require.Len(t, got.MemberSession.AuthenticationFactors, 1)
		f := got.MemberSession.AuthenticationFactors[0]
		assert.Equal(t, []string{"sso", "sso_" + kind}, []string{string(f.Type), string(f.DeliveryMethod)})
		details := f.OIDCSSOFactor
		if kind == "saml" {
			details = f.SAMLSSOFactor
		}
		assert.Equal(t, []string{registration.RegistrationID, id, "sub/1"}, []string{details.ID, details.ProviderID, details.ExternalID})

		again := newSurfer(t).do(h.startSSO("connection_id", id, "login_hint", "renamed-"+email, "provider_subject", "sub/1"), nil)
		assert.Equal(t, loginURL, strings.Split(again.to.String(), "&")[0])
		data, err := h.Snapshot()
		require.NoError(t, err)
		require.NoError(t, h.Restore(data))
		known, err := h.authenticateSSO(again.to.Query().Get("token"))
		require.NoError(t, err)
		assert.Equal(t, got.MemberID, known.MemberID, "the subject is the same")
		assert.Equal(t, "renamed-"+email, known.Member.EmailAddress, "a new address is the member's")
		assert.True(t, known.Member.EmailAddressVerified)
		require.Len(t, known.Member.RetiredEmailAddresses, 1)
		assert.Equal(t, email, known.Member.RetiredEmailAddresses[0].EmailAddress)
		assert.Len(t, known.Member.SSORegistrations, 1)
		_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &known.SessionJWT})
		require.NoError(t, err)
	}
}

func TestSSO_tokenWorksOnceForTenMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	token := h.ssoToken(c, "bob@example.com")
	_, err := h.authenticateSSO(token, func(r *sso.AuthenticateRequest) { r.SessionDurationMinutes = new(1) })
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionDurationMinutes)
	_, err = h.authenticateSSO(token, func(r *sso.AuthenticateRequest) { r.PKCECodeVerifier = new("x") })
	require.ErrorIs(t, err, stytcherror.CodePKCEDidNotExpectCodeVerifier)
	_, err = h.authenticateSSO(token)
	require.NoError(t, err, "a refusal does not use it up")
	for _, token := range []string{token, "x", h.MagicLink("ada@example.com")} {
		_, err = h.authenticateSSO(token)
		require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)
	}
	old, deleted := h.ssoToken(c, "bob@example.com"), h.ssoToken(c, "bob@example.com")
	h.Clock().Advance(10*time.Minute - time.Second)
	_, err = h.authenticateSSO(h.ssoToken(c, "bob@example.com"))
	require.NoError(t, err)
	h.Clock().Advance(time.Second)
	_, err = h.authenticateSSO(old)
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)
	h.Clock().Advance(-time.Minute)
	require.NoError(t, h.deleteConnection(org, c))
	_, err = h.authenticateSSO(deleted)
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)
	assert.Empty(t, h.rows("registrations"), "the accounts of the connection are gone")

	const verifier = "a verifier of at least forty-three characters"
	pkce := h.ssoToken(h.activeSAML(org).ConnectionID, "bob@example.com",
		"pkce_code_challenge", challengeOf(verifier))
	_, err = h.authenticateSSO(pkce)
	require.ErrorIs(t, err, stytcherror.CodePKCEExpectedCodeVerifier)
	_, err = h.authenticateSSO(pkce, func(r *sso.AuthenticateRequest) { r.PKCECodeVerifier = new(verifier + "!") })
	require.ErrorIs(t, err, stytcherror.CodePKCEMismatch)
	_, err = h.authenticateSSO(pkce, func(r *sso.AuthenticateRequest) { r.PKCECodeVerifier = new(verifier) })
	require.NoError(t, err)
}

func TestSSO_whoMayJoinFollowsTheOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	h.organization(func(r *organizations.CreateRequest) { r.ClaimedEmailDomains = []string{"claimed.example"} })
	allowed, other := h.activeSAML(org).ConnectionID, h.activeOIDC(org).ConnectionID
	set := func(change func(*organizations.UpdateRequest)) {
		_, err := h.updateOrg(org, change)
		require.NoError(t, err)
	}
	set(func(r *organizations.UpdateRequest) {
		r.SSOJITProvisioning, r.SSOJITProvisioningAllowedConnections = new("RESTRICTED"), []string{allowed}
	})
	_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) { r.SSOJITProvisioningAllowedConnections = []string{} })
	require.ErrorIs(t, err, stytcherror.CodeInvalidRestrictedSSOSetting, "restricted to no connection")
	_, err = h.authenticateSSO(h.ssoToken(other, "bob@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeInvalidConnectionForJITProvisioning)
	_, err = h.authenticateSSO(h.ssoToken(allowed, "bob@claimed.example"))
	require.ErrorIs(t, err, stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)
	bob, err := h.authenticateSSO(h.ssoToken(allowed, "bob@example.com"))
	require.NoError(t, err)
	set(func(r *organizations.UpdateRequest) { r.SSOJITProvisioning = new("NOT_ALLOWED") })
	_, err = h.authenticateSSO(h.ssoToken(allowed, "eve@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeInvalidConnectionForJITProvisioning)
	_, err = h.authenticateSSO(h.ssoToken(allowed, "bob@example.com"))
	require.NoError(t, err, "a member needs no JIT provisioning")
	invited := h.addMember(org, "carol@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	carol, err := h.authenticateSSO(h.ssoToken(other, "carol@example.com"))
	require.NoError(t, err)
	assert.Equal(t, []any{invited.MemberID, "active", true},
		[]any{carol.MemberID, carol.Member.Status, carol.Member.EmailAddressVerified})
	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: org, MemberID: bob.MemberID})
	require.NoError(t, err)
	_, err = h.authenticateSSO(h.ssoToken(allowed, "bob@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeInvalidConnectionForJITProvisioning, "the account of a deleted member is nobody's")
	set(func(r *organizations.UpdateRequest) {
		r.AuthMethods, r.AllowedAuthMethods = new("RESTRICTED"), []string{"password"}
	})
	_, err = h.authenticateSSO(h.ssoToken(other, "carol@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
}

// An account does not prove the address that was given to its member later.
func TestSSO_accountDoesNotProveAnotherAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	bob, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com"))
	require.NoError(t, err)
	_, err = h.update(org, bob.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = new("victim@example.org") })
	require.NoError(t, err)
	_, err = h.authenticateSSO(h.ssoToken(c, "bob@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeRetiredMemberEmail)
	assert.False(t, h.member(org, bob.MemberID).EmailAddressVerified)
}

func TestSSO_secondFactorIsStillRequired(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	other := h.create("bob@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) { r.MFAPolicy = new("REQUIRED_FOR_ALL") })
	require.NoError(t, err)
	got, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com"))
	require.NoError(t, err)
	assert.False(t, got.MemberAuthenticated)
	assert.NotNil(t, got.MFARequired)
	assert.Empty(t, got.SessionToken)
	_, err = h.exchange(got.IntermediateSessionToken, other)
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization, "it is bound to the organization")
	_, err = h.authenticateSSO(h.ssoToken(c, "bob@example.com"), func(r *sso.AuthenticateRequest) {
		r.SessionToken, r.IntermediateSessionToken = new("x"), new("y")
	})
	require.ErrorIs(t, err, stytcherror.CodeTooManySessionArguments)
}

func TestSSO_rolesNeedALoginByTheConnection(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	everyone, operator := editor(), editor()
	everyone.RoleID, operator.RoleID = "everyone", "operator"
	require.NoError(t, h.setPolicy(org, everyone, operator))
	c := h.activeSAML(org).ConnectionID
	_, err := h.updateSAML(org, c, func(r *saml.UpdateConnectionRequest) {
		r.SAMLConnectionImplicitRoleAssignments = []sso.SAMLConnectionImplicitRoleAssignment{{RoleID: "everyone"}}
		r.SAMLGroupImplicitRoleAssignments = []sso.SAMLGroupImplicitRoleAssignment{{RoleID: "operator", Group: "Ops"}}
	})
	require.NoError(t, err)
	bob, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com", "provider_groups", "Staff, Ops"))
	require.NoError(t, err)
	assert.Equal(t, []string{"stytch_member", "everyone", "operator"}, bob.MemberSession.Roles)
	assert.Equal(t, []organizations.MemberRoleSource{{Type: "sso_connection", Details: map[string]any{"connection_id": c}}},
		bob.Member.Roles[1].Sources)
	assert.Equal(t, []organizations.MemberRoleSource{
		{Type: "sso_connection_group", Details: map[string]any{"connection_id": c, "group": "Ops"}},
	}, bob.Member.Roles[2].Sources)
	other, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com", "provider_subject", "other", "provider_groups", "Staff"))
	require.NoError(t, err)
	assert.Equal(t, bob.MemberID, other.MemberID)
	assert.Equal(t, []string{"stytch_member", "everyone"}, other.MemberSession.Roles, "the group is of another account")
	require.Len(t, other.Member.Roles, 3)
	assert.Len(t, other.Member.Roles[1].Sources, 1, "two accounts of one connection are one source")
	byMail := h.visitor(org, "bob@example.com")
	session, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: new(byMail.SessionToken)})
	require.NoError(t, err)
	assert.Equal(t, []string{"stytch_member"}, session.MemberSession.Roles, "it has no login by the connection")
	assert.Len(t, session.Member.Roles, 3)

	assign := func(preserve *bool, roles ...string) {
		_, err := h.update(org, bob.MemberID, func(r *members.UpdateRequest) { r.Roles, r.PreserveExistingSessions = roles, preserve })
		require.NoError(t, err)
	}
	alive := func(token string) bool {
		_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &token})
		return err == nil
	}
	assign(nil, "operator", "stytch_admin")
	assign(nil, "operator")
	assert.True(t, alive(bob.SessionToken), "no connection gives this role")
	assign(new(true), []string{}...)
	assert.True(t, alive(bob.SessionToken), "it is to be preserved")
	assign(nil, "operator")
	_, err = h.migrate("bob@example.com", func(r *passwords.MigrateRequest) {
		r.OrganizationID, r.Roles, r.PreserveExistingSessions = org, []string{}, new(true)
	})
	require.NoError(t, err)
	assert.True(t, alive(bob.SessionToken), "a migration preserves it too")
	assign(nil, "operator")
	_, err = h.update(org, bob.MemberID, func(r *members.UpdateRequest) { r.Roles = []string{} })
	require.NoError(t, err)
	assert.False(t, alive(bob.SessionToken))
	assert.True(t, alive(other.SessionToken), "no group of its account gives the role")
	assert.True(t, alive(byMail.SessionToken))

	again, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com", "provider_groups", "ops"))
	require.NoError(t, err)
	assert.Equal(t, []string{"stytch_member", "everyone"}, again.MemberSession.Roles, "the groups are those of the last login")
	require.NoError(t, h.deleteConnection(org, c))
	session, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &again.SessionToken})
	require.NoError(t, err)
	assert.Equal(t, []string{"stytch_member"}, session.MemberSession.Roles)
}

func TestSSO_externalConnectionLeadsToMembersOfItsOwnOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.create("ada@example.com").Organization.OrganizationID, h.organization(nil).OrganizationID
	theirs := h.activeSAML(other)
	c, err := h.external(org, other, theirs.ConnectionID, func(r *external.CreateConnectionRequest) {
		r.GroupImplicitRoleAssignments = []sso.GroupImplicitRoleAssignment{{RoleID: "stytch_admin", Group: "Ops"}}
	})
	require.NoError(t, err)
	got, err := h.authenticateSSO(h.ssoToken(c.ConnectionID, "bob@example.com", "provider_groups", "Ops"))
	require.NoError(t, err)
	assert.Equal(t, org, got.OrganizationID)
	assert.Equal(t, []string{"stytch_member", "stytch_admin"}, got.MemberSession.Roles)
	f := got.MemberSession.AuthenticationFactors[0]
	require.NotNil(t, f.SAMLSSOFactor)
	assert.Equal(t, c.ConnectionID, f.SAMLSSOFactor.ProviderID)
	elsewhere, err := h.authenticateSSO(h.ssoToken(theirs.ConnectionID, "bob@example.com"))
	require.NoError(t, err)
	assert.NotEqual(t, got.MemberID, elsewhere.MemberID)
	token := h.ssoToken(c.ConnectionID, "bob@example.com")
	_, err = h.updateSAML(other, theirs.ConnectionID, func(r *saml.UpdateConnectionRequest) { r.IDPSSOURL = new("") })
	require.NoError(t, err)
	_, err = h.authenticateSSO(token)
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound, "the connection to the provider is pending")
}
