package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// A moved clock moves the project and its clients alike: what was issued before expires, and what is issued now holds.
func TestClock_movesVerificationToo(t *testing.T) {
	t.Parallel()
	year := 365 * 24 * time.Hour
	for name, moves := range map[string][]time.Duration{
		"six minutes on":                 {6 * time.Minute},
		"a day on":                       {24 * time.Hour},
		"twenty years on":                {20 * year},
		"an hour back":                   {-time.Hour},
		"twenty years back":              {-20 * year},
		"twenty years on and back again": {20 * year, -20 * year},
		"back and forth":                 {-year, year, 6 * time.Minute},
		"on, in small steps":             {4 * time.Minute, 4 * time.Minute, 31 * 24 * time.Hour, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := stytchtest.New(t)
			service := server.Client().B2B.Sessions
			local := func(jwt string) error {
				_, err := service.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: jwt})
				return err
			}
			before := server.CreateOrganization(ada, "Analytical Engines", nil).SessionJWT
			require.NoError(t, local(before))
			var moved time.Duration
			for _, d := range moves {
				server.Clock().Advance(d)
				moved += d
				assert.WithinDuration(t, time.Now().Add(moved), server.Clock().Now(), 10*time.Second)
				require.NoError(t, local(server.CreateOrganization(ada, "Difference Engines", nil).SessionJWT), "a fresh JWT")
				require.NoError(t, local(server.MintSessionJWT(stytchtest.Session{})), "a minted one")
			}
			switch err := local(before); {
			case moved >= 5*time.Minute:
				require.ErrorIs(t, err, stytcherror.ErrTokenExpired)
			case moved < 0:
				require.ErrorIs(t, err, stytcherror.ErrTokenMalformed, "it is from the future")
			default:
				require.NoError(t, err)
			}
		})
	}
}

func TestClock_anExpiredJWTComesBackFresh(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	service := server.Client().B2B.Sessions
	created := server.CreateOrganization(ada, "Analytical Engines", nil)
	server.Clock().Advance(6 * time.Minute)
	resp, err := service.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: created.SessionJWT})
	require.NoError(t, err)
	require.NotNil(t, resp.Remote, "the API was asked")
	again, err := service.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: resp.SessionJWT})
	require.NoError(t, err)
	assert.Nil(t, again.Remote, "and need not be asked about the fresh one")
	server.Clock().Advance(2 * time.Hour)
	_, err = service.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: resp.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound, "the session has ended")
}
