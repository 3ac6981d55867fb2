package flows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/debug"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/b2c/project"
)

func TestDebug_whoamiNamesTheProject(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	resp, err := h.api.B2B.Debug.Whoami(t.Context(), &debug.WhoamiRequest{})
	require.NoError(t, err)
	assert.Equal(t, h.ID(), resp.ProjectID)
	assert.NotEmpty(t, resp.Name)
	for code, stranger := range h.strangers() {
		_, err := stranger.B2C.Debug.Whoami(t.Context(), &debug.WhoamiRequest{})
		require.ErrorIs(t, err, code)
	}
}

func TestProject_metricsCountWhatIsThere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	metrics := func() map[project.ProjectMetricMetricType]int {
		t.Helper()
		resp, err := h.api.B2C.Project.Metrics(t.Context(), &project.MetricsRequest{})
		require.NoError(t, err)
		assert.Equal(t, h.ID(), resp.ProjectID)
		counts := map[project.ProjectMetricMetricType]int{}
		for _, m := range resp.Metrics {
			counts[m.MetricType] = m.Count
		}
		return counts
	}
	counts := func(organizations, members, clients int) map[project.ProjectMetricMetricType]int {
		return map[project.ProjectMetricMetricType]int{
			project.ProjectMetricMetricTypeOrganizationCount: organizations,
			project.ProjectMetricMetricTypeMemberCount:       members,
			project.ProjectMetricMetricTypeM2MClientCount:    clients,
		}
	}
	assert.Equal(t, counts(0, 0, 0), metrics())
	org := h.create("ada@example.com").Organization
	h.create("bob@example.org")
	_, err := h.AddMember(org.OrganizationID, "eve@example.com")
	require.NoError(t, err)
	c := h.machine(nil)
	h.machine(nil)
	assert.Equal(t, counts(2, 3, 2), metrics())
	_, err = h.api.B2B.M2M.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: c.ClientID})
	require.NoError(t, err)
	assert.Equal(t, counts(2, 3, 1), metrics())
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	deleted := strings.Replace(string(snapshot), `"status":"active"`, `"status":"deleted"`, 1)
	require.NoError(t, h.Restore([]byte(deleted)))
	assert.Equal(t, counts(2, 2, 1), metrics(), "deleted members do not count")
	for code, stranger := range h.strangers() {
		_, err := stranger.B2B.Project.Metrics(t.Context(), &project.MetricsRequest{})
		require.ErrorIs(t, err, code)
	}
}
