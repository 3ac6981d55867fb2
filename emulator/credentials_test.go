package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

func TestNew_refusesMalformedCredentials(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a:b", "a b", "a\n", "\xff", "\u00e9", "\u200b", "a/b", strings.Repeat("a", 129)} {
		_, err := emulator.New(emulator.Config{ProjectID: id})
		assert.ErrorContains(t, err, "emulator: the project id", "%q", id)
	}
	for _, secret := range []string{"a b", " ", "a\n", "\x00", "\x7f", "\xff", "s\u00e9cret", "a\u200b", "\u2028"} {
		_, err := emulator.New(emulator.Config{Secret: secret})
		assert.ErrorContains(t, err, "emulator: the secret", "%q", secret)
	}
	for _, secret := range []string{"a:b", `"$'\!`, "s3cret_-", strings.Repeat("a", 1000)} {
		em, err := emulator.New(emulator.Config{ProjectID: "project|test.1", Secret: secret})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, policyPath, nil)
		r.SetBasicAuth("project|test.1", secret)
		em.ServeHTTP(w, r)
		assert.Equal(t, http.StatusOK, w.Code, "%q", secret)
	}
}

// Projects of one seed have ids, links and tokens of their own, and the same in every run.
func TestProjects_ofOneSeedShareNothing(t *testing.T) {
	t.Parallel()
	run := func() (all []string) {
		em, err := emulator.New(emulator.Config{Seed: 7})
		require.NoError(t, err)
		projects := []*emulator.Project{em.Project()}
		for _, id := range []string{"", "", "project-test-named"} {
			p, err := em.NewProject(id, "")
			require.NoError(t, err)
			projects = append(projects, p)
		}
		for _, p := range projects {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, sendPath, strings.NewReader(`{"email_address": "ada@example.com"}`))
			r.SetBasicAuth(p.ID(), p.Secret())
			em.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			m := p.Inbox().Messages("")[0]
			all = append(all, p.ID(), p.Secret(), m.ID, m.Token)
		}
		return all
	}
	first := run()
	assert.Equal(t, first, run())
	distinct := slices.Compact(slices.Sorted(slices.Values(first)))
	assert.Len(t, distinct, len(first))
}

func TestSettings_areUTF8(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, bad := range []emulator.Settings{
		{RedirectURLs: []string{"http://localhost/\xff"}}, {UserInfoURL: "http://localhost/\xff"}, {Product: "\xff"},
		{TrustedTokenProfiles: []emulator.TrustedTokenProfile{{ProfileID: "p", Issuer: "\xff", Audience: "a", PublicKeys: []string{"x"}}}},
	} {
		require.EqualError(t, h.SetSettings(bad), "emulator: the settings must be UTF-8")
	}
	_, err := h.Snapshot()
	require.NoError(t, err)
}

// Errors of a project say once which package they are of.
func TestErrors_sayThePackage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_, signErr := h.Sign(map[string]any{"f": func() {}})
	_, memberErr := h.AddMember("nobody", "ada@example.com")
	for _, err := range []error{
		signErr, memberErr, h.AddFaults(emulator.Fault{}), h.Restore([]byte("{}")), h.WriteSnapshot(broken{}),
		h.SetSettings(emulator.Settings{Product: "x"}), h.AssignRoles("nobody"),
	} {
		require.Error(t, err)
		assert.True(t, strings.HasPrefix(err.Error(), "emulator: "), err)
		assert.Equal(t, 1, strings.Count(err.Error(), "emulator: "), err)
	}
	got := h.send("POST", "/_emulator/snapshot", "{}", "", "")
	assert.NotContains(t, got.text, "emulator: ", "who asks over HTTP knows")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, assert.AnError }
