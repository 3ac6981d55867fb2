package flows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSSO_refusesConnectionsOfLiveProjects(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	for _, kind := range []string{"saml", "oidc", "external"} {
		id := kind + "-connection-live-00000000-0000-4000-8000-000000000000"
		require.ErrorIs(t, h.deleteConnection(org, id), stytcherror.CodeLiveIDUsedInTestEnvironment)
		_, err := h.api.B2B.SSO.OIDC.UpdateConnection(t.Context(), &oidc.UpdateConnectionRequest{OrganizationID: org, ConnectionID: id})
		require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
		_, err = h.updateSAML(org, id, func(*saml.UpdateConnectionRequest) {})
		require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	}
}
