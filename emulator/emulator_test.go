package emulator_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestProjects_shareNothing(t *testing.T) {
	t.Parallel()
	em, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	second, err := em.NewProject("", "")
	require.NoError(t, err)
	assert.NotEqual(t, em.Project().ID(), second.ID())
	_, err = em.NewProject(second.ID(), "")
	require.Error(t, err)
	second.Clock().Advance(time.Hour)
	assert.WithinDuration(t, time.Now(), em.Project().Clock().Now(), time.Minute)
}

func TestProjects_ofOneSeedHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	ids := func() (all []string) {
		em, err := emulator.New(emulator.Config{Seed: 7})
		require.NoError(t, err)
		for range 2 {
			p, err := em.NewProject("", "")
			require.NoError(t, err)
			all = append(all, p.ID(), p.Secret())
		}
		return append(all, em.Project().ID(), em.Project().Secret())
	}
	first := ids()
	assert.Equal(t, first, ids(), "in every run")
	slices.Sort(first)
	assert.Len(t, slices.Compact(first), 6)
}

func TestNew_refusesLiveCredentialsAndBadURLs(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(emulator.Config{ProjectID: "project-live-1"})
	require.Error(t, err)
	_, err = emulator.New(emulator.Config{Secret: "secret-live-1"})
	require.Error(t, err)
	_, err = emulator.New(emulator.Config{RedirectURL: "nowhere"})
	require.Error(t, err)
}

func TestSeed_makesTheSameIDs(t *testing.T) {
	t.Parallel()
	run := func() (ids, token string, kids []string) {
		server := stytchtest.New(t, stytchtest.WithSeed(7))
		h := &harness{Server: server, t: t, api: server.Client()}
		created := h.create("ada@example.com", nil)
		return h.ID() + created.MemberID, created.SessionToken, slices.Collect(maps.Keys(h.keys()))
	}
	ids, token, kids := run()
	again, sameToken, otherKids := run()
	assert.Equal(t, ids, again)
	assert.Equal(t, token, sameToken)
	assert.NotEqual(t, kids, otherKids, "keys are random, and so are their ids")
}
