package flows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestCreate_nameAndSlugComeFromTheDomain(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@analytical.dev")
	org := created.Organization
	assert.Equal(t, "analytical", org.OrganizationName)
	assert.Equal(t, "analytical", org.OrganizationSlug)
	assert.Equal(t, "ALL_ALLOWED", org.EmailInvites)
	assert.Equal(t, "NOT_ALLOWED", org.EmailJITProvisioning)
	assert.Equal(t, "ALL_ALLOWED", org.SSOJITProvisioning)
	assert.Equal(t, "OPTIONAL", org.MFAPolicy)
	assert.True(t, created.Member.IsAdmin)
	assert.Equal(t, []string{"stytch_member", "stytch_admin"}, created.MemberSession.Roles)
	assert.True(t, strings.HasPrefix(org.OrganizationID, "organization-test-"))
	assert.Equal(t, "analytical-2", h.create("ada@analytical.dev").Organization.OrganizationSlug)
	assert.Equal(t, "grace.hopper", h.create("grace.hopper@gmail.com").Organization.OrganizationName)
	assert.Equal(t, "NOT_ALLOWED", h.create("ada@analytical.dev", allowing("analytical.dev")).Organization.EmailInvites)
}

func TestCreate_refusalKeepsTheToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com", func(req *discoveryorganizations.CreateRequest) {
		req.OrganizationSlug, req.OrganizationExternalID = new("taken"), new("ext")
	})
	for name, row := range map[string]struct {
		change func(*discoveryorganizations.CreateRequest)
		want   stytcherror.Code
	}{
		"an empty name": {func(r *discoveryorganizations.CreateRequest) { r.OrganizationName = new("") },
			stytcherror.CodeInvalidOrganizationName},
		"a slug with a space": {func(r *discoveryorganizations.CreateRequest) { r.OrganizationSlug = new("a b") },
			stytcherror.CodeInvalidOrganizationSlug},
		"a taken slug": {func(r *discoveryorganizations.CreateRequest) { r.OrganizationSlug = new("taken") },
			stytcherror.CodeOrganizationSlugAlreadyUsed},
		"a taken external id": {
			func(r *discoveryorganizations.CreateRequest) { r.OrganizationExternalID = new("ext") },
			stytcherror.CodeOrganizationExternalIDAlreadyUsed},
		"the domain of a common e-mail provider": {func(r *discoveryorganizations.CreateRequest) { r.EmailAllowedDomains = []string{"gmail.com"} },
			stytcherror.CodeOrganizationSettingsDomainTooCommon},
		"a duplicate domain": {
			func(r *discoveryorganizations.CreateRequest) { r.EmailAllowedDomains = []string{"a.dev", "a.dev"} },
			stytcherror.CodeOrganizationSettingsDuplicateDomain},
		"restricted auth methods without a list": {
			func(r *discoveryorganizations.CreateRequest) { r.AuthMethods = new("RESTRICTED") },
			stytcherror.CodeAllowedAuthMethodsRequiredForRestricted},
		"an unknown MFA policy": {func(r *discoveryorganizations.CreateRequest) { r.MFAPolicy = new("SOMETIMES") },
			stytcherror.CodeInvalidOrganizationMFAPolicy},
		"too short a session duration": {func(r *discoveryorganizations.CreateRequest) { r.SessionDurationMinutes = new(4) },
			stytcherror.CodeInvalidSessionDurationMinutes},
		"too large custom claims": {func(r *discoveryorganizations.CreateRequest) {
			r.SessionCustomClaims = map[string]any{"x": strings.Repeat("x", 4096)}
		}, stytcherror.CodeCustomClaimsTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := &discoveryorganizations.CreateRequest{
				IntermediateSessionToken: h.IntermediateSession(strings.ReplaceAll(name, " ", ".") + "@example.com"),
			}
			row.change(req)
			_, err := h.api.B2B.Discovery.Organizations.Create(t.Context(), req)
			require.ErrorIs(t, err, row.want)
			_, err = h.api.B2B.Discovery.Organizations.Create(t.Context(),
				&discoveryorganizations.CreateRequest{IntermediateSessionToken: req.IntermediateSessionToken})
			require.NoError(t, err, "a refused request does not use up the token")
		})
	}
}
