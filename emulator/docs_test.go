package emulator_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// The snapshot in docs/EMULATOR.md can be restored, and what is in it works.
func TestDocs_snapshotIsOne(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/EMULATOR.md")
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)```json\n(\\{\"version\".*?)```").FindSubmatch(doc)
	require.NotNil(t, found)
	h := newHarness(t)
	require.NoError(t, h.Restore(found[1]))

	v := h.LogIn("ada@example.com", stytchtest.InOrganization("acme"))
	assert.Equal(t, "member-test-ada", v.MemberID)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, AuthorizationCheck: &sessions.AuthorizationCheck{
		OrganizationID: v.OrganizationID, ResourceID: "documents", Action: "edit",
	}})
	require.NoError(t, err)
	_, err = h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: "m2m-client-test-reports", ClientSecret: "secret-test-reports"})
	require.NoError(t, err)

	policy, err := h.api.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
	require.NoError(t, err)
	require.Len(t, policy.Policy.Scopes, 1)
	assert.Equal(t, "read:documents", policy.Policy.Scopes[0].Scope)

	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)`(?:, `([a-z_]+)`)? \\|").FindAllSubmatch(doc, -1)
	described := map[string]bool{}
	for _, row := range rows {
		described[string(row[1])], described[string(row[2])] = true, true
	}
	h.edit(func(state map[string]any) {
		for list := range state {
			assert.True(t, described[list], "the document says what %s are", list)
		}
	})
}
