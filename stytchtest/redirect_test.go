package stytchtest_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestLogIn_worksWithRegisteredRedirectURLs(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	const registered = "https://app.example.com/authenticate?from=mail"
	require.NoError(t, server.SetSettings(emulator.Settings{RedirectURLs: []string{registered}}))
	own := server.MagicLink(ada)
	var wg sync.WaitGroup
	visitors := make([]*stytchtest.Visitor, 8)
	for i := range visitors {
		wg.Go(func() { visitors[i] = server.LogIn(ada, stytchtest.InOrganization("acme")) })
	}
	wg.Wait()
	tokens := map[string]bool{}
	for _, v := range visitors {
		assert.Equal(t, visitors[0].MemberID, v.MemberID)
		tokens[v.SessionToken] = true
	}
	assert.Len(t, tokens, len(visitors))
	for _, m := range server.Inbox().Messages(ada) {
		assert.Contains(t, m.Link, registered+"&")
	}
	_, err := server.Client().B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: own})
	require.NoError(t, err, "no login has taken the test's own link")
}

// What LogIn's errors advise works.
func TestLogIn_beforeTheOrganizationRequiresMore(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	v := server.LogIn(ada, stytchtest.InOrganization("acme"))
	_, err := server.Client().B2B.Organizations.Update(t.Context(), &organizations.UpdateRequest{
		OrganizationID: v.OrganizationID, MFAPolicy: new(organizations.MFAPolicyRequiredForAll),
	})
	require.NoError(t, err)
	_, err = server.Client().B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
}

// An organization's roles permit on both sides, if they are set before they are given.
func TestLogIn_withRolesOfAnOrganization(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	client := server.Client().B2B
	org := server.CreateOrganization("owner@example.com", "acme", nil).Organization
	set := func(id string) error {
		_, err := client.RBAC.Organizations.SetOrgPolicy(t.Context(), &rbacorganizations.SetOrgPolicyRequest{
			OrganizationID: org.OrganizationID, OrgPolicy: rbac.OrgPolicy{Roles: []rbac.PolicyRole{{
				RoleID: id, Permissions: []rbac.PolicyRolePermission{{ResourceID: "documents", Actions: []string{"edit"}}},
			}}},
		})
		return err
	}
	require.NoError(t, set("editor"))
	v := server.LogIn(ada, stytchtest.InOrganization(org.OrganizationSlug), stytchtest.WithRoles("editor"))
	check := &sessions.AuthorizationCheck{OrganizationID: org.OrganizationID, ResourceID: "documents", Action: "edit"}
	_, err := client.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken, AuthorizationCheck: check})
	require.NoError(t, err)
	_, err = client.Sessions.AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: v.SessionJWT, AuthorizationCheck: check})
	require.NoError(t, err)

	server.LogIn(ada, stytchtest.InOrganization(org.OrganizationSlug), stytchtest.WithRoles("author"))
	require.ErrorIs(t, set("author"), stytcherror.CodeRBACOrgCustomRolesOnly)
}
