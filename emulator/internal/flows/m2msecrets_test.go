package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients/secrets"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// startRotation starts a rotation of a client's secret.
func (h *harness) startRotation(id string) m2m.M2MClientWithNextClientSecret {
	h.t.Helper()
	resp, err := h.api.B2B.M2M.Clients.Secrets.RotateStart(h.t.Context(), &secrets.RotateStartRequest{ClientID: id})
	require.NoError(h.t, err)
	return resp.M2MClient
}

func TestM2MSecrets_bothWorkUntilRotated(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	next := h.startRotation(c.ClientID)
	assert.Equal(t, m2m.M2MClientWithNextClientSecret{
		ClientID: c.ClientID, NextClientSecret: next.NextClientSecret, Status: c.Status, Scopes: c.Scopes,
		ClientSecretLastFour: c.ClientSecretLastFour, NextClientSecretLastFour: next.NextClientSecret[40:],
		TrustedMetadata: shared.Object{},
	}, next)
	rotating, err := h.getMachine(c.ClientID)
	require.NoError(t, err)
	assert.Equal(t, next.NextClientSecretLastFour, rotating.NextClientSecretLastFour)
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot), "a snapshot has the rotation")
	require.NoError(t, h.token(c.ClientID, c.ClientSecret))
	require.NoError(t, h.token(c.ClientID, next.NextClientSecret), "both secrets work")

	resp, err := h.api.B2B.M2M.Clients.Secrets.Rotate(t.Context(), &secrets.RotateRequest{ClientID: c.ClientID})
	require.NoError(t, err)
	assert.Equal(t, next.NextClientSecretLastFour, resp.M2MClient.ClientSecretLastFour)
	assert.Empty(t, resp.M2MClient.NextClientSecretLastFour)
	rotated, err := h.getMachine(c.ClientID)
	require.NoError(t, err)
	assert.Equal(t, &resp.M2MClient, rotated)
	require.ErrorIs(t, h.token(c.ClientID, c.ClientSecret), stytcherror.CodeInvalidClient)
	require.NoError(t, h.token(c.ClientID, next.NextClientSecret))
}

func TestM2MSecrets_nextOneStopsWorkingWhenCanceled(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	next := h.startRotation(c.ClientID)
	resp, err := h.api.B2B.M2M.Clients.Secrets.RotateCancel(t.Context(), &secrets.RotateCancelRequest{ClientID: c.ClientID})
	require.NoError(t, err)
	assert.Equal(t, c.ClientSecretLastFour, resp.M2MClient.ClientSecretLastFour)
	assert.Empty(t, resp.M2MClient.NextClientSecretLastFour)
	require.NoError(t, h.token(c.ClientID, c.ClientSecret))
	require.ErrorIs(t, h.token(c.ClientID, next.NextClientSecret), stytcherror.CodeInvalidClient)
	assert.NotEqual(t, next.NextClientSecret, h.startRotation(c.ClientID).NextClientSecret)
}

func TestM2MSecrets_rotationHasOneStateAtATime(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	start := func(id string) error {
		_, err := h.api.B2B.M2M.Clients.Secrets.RotateStart(t.Context(), &secrets.RotateStartRequest{ClientID: id})
		return err
	}
	rotate := func(id string) error {
		_, err := h.api.B2B.M2M.Clients.Secrets.Rotate(t.Context(), &secrets.RotateRequest{ClientID: id})
		return err
	}
	cancel := func(id string) error {
		_, err := h.api.B2B.M2M.Clients.Secrets.RotateCancel(t.Context(), &secrets.RotateCancelRequest{ClientID: id})
		return err
	}
	for _, call := range []func(string) error{start, rotate, cancel} {
		require.ErrorIs(t, call("nobody"), stytcherror.CodeM2MClientNotFound)
		require.ErrorIs(t, call("no body"), stytcherror.CodeM2MClientInvalidClientID)
		require.ErrorIs(t, call("m2m-client-live-1"), stytcherror.CodeLiveIDUsedInTestEnvironment)
	}
	require.ErrorIs(t, rotate(c.ClientID), stytcherror.CodeM2MClientNotRotatingSecret)
	require.ErrorIs(t, cancel(c.ClientID), stytcherror.CodeM2MClientNotRotatingSecret)
	require.NoError(t, start(c.ClientID))
	require.ErrorIs(t, start(c.ClientID), stytcherror.CodeM2MClientAlreadyRotatingSecret)
	require.NoError(t, rotate(c.ClientID))
	require.ErrorIs(t, rotate(c.ClientID), stytcherror.CodeM2MClientNotRotatingSecret)
	require.NoError(t, start(c.ClientID))
}
