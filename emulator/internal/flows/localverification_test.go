package flows_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
)

func TestLocalVerification_decidesAsTheEmulator(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	for _, check := range []sessions.AuthorizationCheck{
		{OrganizationID: created.Organization.OrganizationID, ResourceID: "stytch.member", Action: "create"},
		{OrganizationID: created.Organization.OrganizationID, ResourceID: "stytch.self", Action: "update.info.name"},
		{OrganizationID: created.Organization.OrganizationID, ResourceID: "engines", Action: "start"},
		{OrganizationID: created.Organization.OrganizationSlug, ResourceID: "stytch.member", Action: "create"},
	} {
		_, remote := h.authenticate(&sessions.AuthenticateRequest{
			SessionToken: &created.SessionToken, AuthorizationCheck: &check,
		})
		_, local := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
			SessionJWT: created.SessionJWT, AuthorizationCheck: &check,
		})
		assert.Equal(t, remote == nil, local == nil, "%+v: %v, %v", check, remote, local)
	}
}

// What GetJWKS returns can be stored, and is what Config.Verification.Keys takes.
func TestLocalVerification_startsWithStoredKeys(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	set, err := h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	stored, err := json.Marshal(set)
	require.NoError(t, err)
	offline, err := stytch.NewClient(stytch.Config{
		ProjectID: h.ID(), Secret: h.Secret(), Verification: shared.Verification{Keys: stored},
		HTTPClient: &http.Client{Transport: noNetwork{}},
	})
	require.NoError(t, err)
	session, err := offline.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
		SessionJWT: created.SessionJWT,
	})
	require.NoError(t, err)
	assert.Equal(t, created.MemberID, session.MemberID)
}

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}
