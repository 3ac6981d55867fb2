package flows_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// send sends a call whose requests the SDK does not make.
func (h *harness) send(method, path, body string, header http.Header) (status int, errorType string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.URL()+path, strings.NewReader(body))
	require.NoError(h.t, err)
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.SetBasicAuth(h.ID(), h.Secret())
	resp, err := http.DefaultClient.Do(req)
	require.NoError(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	var failure struct {
		ErrorType string `json:"error_type"`
	}
	require.NoError(h.t, json.NewDecoder(resp.Body).Decode(&failure))
	return resp.StatusCode, failure.ErrorType
}

func TestRequests_malformedOnesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	for _, rest := range []string{"x", "}", "]", ",", "\x00", "\xff", "//c", `"`, "1", "{}"} {
		status, code := h.send("POST", "/v1/b2b/organizations/search", `{"limit": 1}`+rest, nil)
		assert.Equal(t, 400, status, rest)
		assert.Equal(t, "bad_request", code, rest)
	}
	for _, query := range []string{"x=%zz", "a;b", "%zz"} {
		_, code := h.send("GET", "/v1/b2b/organizations/"+org+"?"+query, "", nil)
		assert.Equal(t, "bad_request", code, query)
	}
	for search, want := range map[string]string{
		"b2b/organizations":         "organization_search_filter_name_must_be_string",
		"b2b/organizations/members": "member_search_filter_name_must_be_string",
		"m2m/clients":               "m2m_search_filter_name_must_be_string",
	} {
		_, code := h.send("POST", "/v1/"+search+"/search",
			`{"query": {"operator": "AND", "operands": [{"filter_name": 5, "filter_value": "x"}]}}`, nil)
		assert.Equal(t, want, code, search)
	}
	for _, id := range []string{"a%20b", strings.Repeat("x", 129), "%C3%A9"} {
		_, code := h.send("GET", "/v1/b2b/organizations/"+id, "", nil)
		assert.Equal(t, "invalid_organization_id", code, id)
	}
}

// A caller whose session is missing must not have the rights of the project.
func TestCallers_emptyOrRepeatedSessionHeadersAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	const token, jwt = "X-Stytch-Member-Session", "X-Stytch-Member-Sessionjwt"
	for _, header := range []http.Header{
		{token: {""}}, {jwt: {""}}, {token: {"", v.SessionToken}}, {token: {v.SessionToken, v.SessionToken}},
		{token: {""}, jwt: {v.SessionJWT}}, {jwt: {v.SessionJWT, ""}},
	} {
		status, code := h.send("DELETE", "/v1/b2b/organizations/"+v.Organization.OrganizationID, "", header)
		assert.Equal(t, 400, status, header)
		assert.Equal(t, "invalid_session_token", code, header)
	}
	assert.NotEmpty(t, h.getOrg(v.Organization.OrganizationID).OrganizationName)
}

func TestSessions_authenticateChecksWhatItDoesNotApply(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	for name, claims := range map[stytcherror.Code]shared.Object{
		stytcherror.CodeCustomClaimsTooLarge:       {"k": strings.Repeat("x", 5000)},
		stytcherror.CodeStytchClaimsInCustomClaims: {"https://stytch.com/a": 1},
	} {
		_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, SessionCustomClaims: claims})
		require.ErrorIs(t, err, name)
	}
	for _, check := range []sessions.AuthorizationCheck{
		{OrganizationID: org, ResourceID: "stytch.member"}, {OrganizationID: org, Action: "create"},
		{ResourceID: "stytch.member", Action: "create"},
	} {
		_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, AuthorizationCheck: &check})
		require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	}
	_, code := h.send("POST", "/v1/b2b/sessions/migrate", fmt.Sprintf(`{"organization_id": %q}`, org), nil)
	assert.Equal(t, "bad_request", code)
}

func TestSessions_ofImpersonatorsAreNotExtended(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	require.NoError(t, h.AddFactor(v.MemberSession.MemberSessionID, b2csessions.AuthenticationFactor{
		Type: "impersonated", DeliveryMethod: "impersonation",
	}))
	_, err := h.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &v.SessionToken, SessionDurationMinutes: new(600),
	})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotMutable)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
}

func TestOrganizations_keepAWayToBecomeAMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const off = "NOT_ALLOWED"
	_, err := h.api.B2B.Organizations.Create(t.Context(), &organizations.CreateRequest{
		OrganizationName: "Acme", EmailInvites: new(off), SSOJITProvisioning: new(off),
	})
	require.ErrorIs(t, err, stytcherror.CodeInvalidOrganizationAuthMethodSettings)
	id := h.organization(nil).OrganizationID
	_, err = h.updateOrg(id, func(r *organizations.UpdateRequest) { r.EmailInvites = new(off) })
	require.NoError(t, err, "JIT provisioning by SSO is left")
	_, err = h.updateOrg(id, func(r *organizations.UpdateRequest) { r.SSOJITProvisioning = new(off) })
	require.ErrorIs(t, err, stytcherror.CodeInvalidOrganizationAuthMethodSettings)
	_, err = h.updateOrg(id, func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = []string{"mailinator.com"} })
	require.ErrorIs(t, err, stytcherror.CodeOrganizationSettingsDisposableDomain)
}

func TestMembers_ofOneOrganizationHaveDifferentMFANumbers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.create("ada@example.com").Organization.OrganizationID, h.create("ada@example.org").Organization.OrganizationID
	number := func(r *members.CreateRequest) { r.MFAPhoneNumber = new("+12025550162") }
	h.addMember(org, "bob@example.com", number)
	h.addMember(other, "bob@example.com", number)
	_, err := h.api.B2B.Organizations.Members.Create(t.Context(), &members.CreateRequest{
		OrganizationID: org, EmailAddress: "eve@example.com", MFAPhoneNumber: new("+12025550162"),
	})
	require.ErrorIs(t, err, stytcherror.CodeDuplicateMemberPhoneNumber)
	for _, email := range []string{"one@example.com", "two@example.com"} {
		h.addMember(org, email, func(r *members.CreateRequest) { r.MFAPhoneNumber = new("+10000000000") })
	}
	eve := h.addMember(org, "eve@example.com", nil)
	_, err = h.update(org, eve.MemberID, func(r *members.UpdateRequest) { r.MFAPhoneNumber = new("+12025550162") })
	require.ErrorIs(t, err, stytcherror.CodeDuplicateMemberPhoneNumber)
}

func TestMembers_adminsByDomainAreAdmins(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) {
		r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{
			{Domain: "example.org", RoleID: "stytch_admin"},
		}
	})
	require.NoError(t, err)
	bob := h.visitor(org, "bob@example.org")
	assert.True(t, h.member(org, bob.MemberID).IsAdmin)
}

func TestInvite_mergesMetadata(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	invite := func(metadata shared.Object) (*magiclinksemail.InviteResponse, error) {
		return h.api.B2B.MagicLinks.Email.Invite(t.Context(), &magiclinksemail.InviteRequest{
			OrganizationID: org, EmailAddress: "bob@example.com", TrustedMetadata: metadata,
		})
	}
	_, err := invite(shared.Object{"a": "1", "b": "1"})
	require.NoError(t, err)
	again, err := invite(shared.Object{"b": nil, "c": "2"})
	require.NoError(t, err)
	assert.Equal(t, shared.Object{"a": "1", "c": "2"}, again.Member.TrustedMetadata)
	many := shared.Object{}
	for i := range 20 {
		many[fmt.Sprint(i)] = i
	}
	_, err = invite(many)
	require.ErrorIs(t, err, stytcherror.CodeMetadataTooManyKeys)
}

// The second factor that an organization does not allow is not sent.
func TestLogins_sendNoTextMessageWhereNoneIsAllowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(func(r *organizations.CreateRequest) {
		r.MFAMethods, r.AllowedMFAMethods = new("RESTRICTED"), []string{"totp"}
		r.EmailInvites = new("ALL_ALLOWED")
	}).OrganizationID
	bob := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) {
		r.MFAPhoneNumber, r.MFAEnrolled = new("+12025550162"), new(true)
	})
	h.alter("members", "member_id", bob.MemberID, object{"mfa_phone_number_verified": true})
	resp, err := h.follow(h.link(org, "bob@example.com"))
	require.NoError(t, err)
	require.NotNil(t, resp.MFARequired)
	assert.Empty(t, resp.MFARequired.SecondaryAuthInitiated)
	assert.Empty(t, h.Inbox().Messages("+12025550162"))
	_, err = h.update(org, bob.MemberID, func(r *members.UpdateRequest) { r.IsBreakglass = new(true) })
	require.NoError(t, err)
	resp, err = h.follow(h.link(org, "bob@example.com"))
	require.NoError(t, err)
	assert.Equal(t, "sms_otp", resp.MFARequired.SecondaryAuthInitiated)
}
