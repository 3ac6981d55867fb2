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

// A moved clock applies to the project and to its clients: old JWTs expire, and new ones are valid.
func TestClock_appliesToVerification(t *testing.T) {
	t.Parallel()
	year := 365 * 24 * time.Hour
	for name, moves := range map[string][]time.Duration{
		"six minutes forward":                 {6 * time.Minute},
		"a day forward":                       {24 * time.Hour},
		"twenty years forward":                {20 * year},
		"an hour back":                        {-time.Hour},
		"twenty years back":                   {-20 * year},
		"twenty years forward and back again": {20 * year, -20 * year},
		"a year back and forward again":       {-year, year, 6 * time.Minute},
		"forward in small steps":              {4 * time.Minute, 4 * time.Minute, 31 * 24 * time.Hour, time.Second},
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
				require.NoError(t, local(server.CreateOrganization(ada, "Difference Engines", nil).SessionJWT), "a new JWT")
				require.NoError(t, local(server.MintSessionJWT(stytchtest.Session{})), "a minted JWT")
			}
			switch err := local(before); {
			case moved >= 5*time.Minute:
				require.ErrorIs(t, err, stytcherror.ErrTokenExpired)
			case moved < 0:
				require.ErrorIs(t, err, stytcherror.ErrTokenMalformed, "it was issued in the future")
			default:
				require.NoError(t, err)
			}
		})
	}
}

func TestClock_anExpiredJWTIsRenewed(t *testing.T) {
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
	assert.Nil(t, again.Remote, "the new JWT is verified locally")
	server.Clock().Advance(2 * time.Hour)
	_, err = service.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: resp.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound, "the session has expired")
}
