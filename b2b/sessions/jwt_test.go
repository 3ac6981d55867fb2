package sessions_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// login creates an organization and returns the first login to it.
func login(server *stytchtest.Server, claims map[string]any) *organizations.CreateResponse {
	return server.CreateOrganization("ada@example.com", "Analytical Engines", &organizations.CreateRequest{
		SessionDurationMinutes: new(60), SessionCustomClaims: claims,
	})
}

// asJWT returns a session of the API without CreatedAt and UpdatedAt of factors, which its JWT does not have.
func asJWT(s sessions.MemberSession) sessions.MemberSession {
	factors := make([]b2csessions.AuthenticationFactor, len(s.AuthenticationFactors))
	for i, f := range s.AuthenticationFactors {
		f.CreatedAt, f.UpdatedAt = time.Time{}, time.Time{}
		factors[i] = f
	}
	s.AuthenticationFactors = factors
	return s
}

func TestAuthenticateJWTLocal_equalsTheAPI(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]map[string]any{
		"with custom claims": {
			"plan": "pro", "limits": map[string]any{"seats": 10.0, "sizes": []any{1.0, 2.0}}, "beta": false, "note": "",
			"exp": 1.0, "iss": "https://evil.example", "jti": "1",
		},
		"without custom claims": nil,
	} {
		t.Run("the session of a JWT "+name+" is the API's", func(t *testing.T) {
			t.Parallel()
			server := stytchtest.New(t)
			client := server.NewClient(stytch.Config{Now: server.Clock().Now}).B2B.Sessions
			created := login(server, claims)
			api, err := client.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
			require.NoError(t, err)
			local, err := client.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: api.SessionJWT})
			require.NoError(t, err)
			want := asJWT(api.MemberSession)
			if len(want.CustomClaims) == 0 {
				want.CustomClaims = nil
			}
			assert.Equal(t, want, *local)
			assert.NotEmpty(t, local.AuthenticationFactors)
			assert.NotEmpty(t, local.AuthenticationFactors[0].EmailFactor.EmailAddress)
			assert.NotEmpty(t, local.Roles)
			assert.NotEmpty(t, local.OrganizationSlug)
			for _, reserved := range []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", minttest.SessionClaim, minttest.OrganizationClaim} {
				assert.NotContains(t, local.CustomClaims, reserved)
			}
		})
	}
}

func TestAuthenticateJWT_emulator(t *testing.T) {
	t.Parallel()
	t.Run("a session's JWT is accepted before and after a key rotation", func(t *testing.T) {
		t.Parallel()
		server := stytchtest.New(t)
		client := server.NewClient(stytch.Config{Now: server.Clock().Now}).B2B.Sessions
		created := login(server, nil)
		accepts := func(text string) {
			t.Helper()
			got, err := client.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: text})
			require.NoError(t, err)
			assert.Equal(t, created.Member.MemberID, got.MemberID)
		}
		accepts(created.SessionJWT)
		_, err := server.RotateKeys()
		require.NoError(t, err)
		server.Clock().Advance(time.Minute)
		fresh, err := client.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
		require.NoError(t, err)
		accepts(fresh.SessionJWT)
		accepts(created.SessionJWT)
	})
	t.Run("an expired JWT is exchanged for a fresh one, unless its session was revoked", func(t *testing.T) {
		t.Parallel()
		server := stytchtest.New(t)
		client := server.NewClient(stytch.Config{Now: server.Clock().Now}).B2B.Sessions
		created := login(server, nil)
		server.Clock().Advance(6 * time.Minute)
		resp, err := client.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{
			SessionJWT: created.SessionJWT, SessionDurationMinutes: new(120), SessionCustomClaims: map[string]any{"plan": "team"},
		})
		require.NoError(t, err)
		require.NotNil(t, resp.Remote)
		assert.Equal(t, created.Member.MemberID, resp.Remote.Member.MemberID)
		assert.Equal(t, server.Clock().Now().Add(2*time.Hour).Unix(), resp.MemberSession.ExpiresAt.Unix())
		again, err := client.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: resp.SessionJWT})
		require.NoError(t, err)
		assert.Nil(t, again.Remote)
		assert.EqualValues(t, map[string]any{"plan": "team"}, again.MemberSession.CustomClaims)

		_, err = client.Revoke(t.Context(), &sessions.RevokeRequest{MemberSessionID: &resp.MemberSession.MemberSessionID})
		require.NoError(t, err)
		_, err = client.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
		require.NoError(t, err, "local verification does not notice it for five minutes")
		server.Clock().Advance(6 * time.Minute)
		_, err = client.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: resp.SessionJWT})
		require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	})
}

// cachingService returns a service with a token cache.
func cachingService(api *minttest.API) *sessions.Service {
	return sessions.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: api.Client(),
		Verification: shared.Verification{TokenCacheSize: 64},
	})
}

// verification verifies a token, and returns a pointer that is the same as long as the token is cached: the results of a
// cached token share the bytes of their strings.
func verification(t *testing.T, s *sessions.Service, text string) *byte {
	t.Helper()
	got, err := s.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: text})
	require.NoError(t, err)
	return unsafe.StringData(got.Roles[0])
}

func TestRevoke_removesCachedTokensOfAMember(t *testing.T) {
	t.Parallel()
	key := minttest.NewKey("jwk-test-1")
	token := func(id, member string) string {
		return key.Sign(minttest.With(minttest.MemberSession(time.Now()), map[string]any{
			"sub": member, minttest.SessionClaim: map[string]any{
				"id": id, "roles": []string{strings.Repeat("editor", 100)}, // too long for the JSON decoder to intern
			},
		}))
	}
	texts := []string{
		token("session-1", minttest.Member), token("session-2", minttest.Member), token("session-3", "member-test-2"),
	}
	for memberID, cached := range map[string][3]bool{
		minttest.Member: {false, false, true},
		"ada":           {}, // an external id: whose it is is not known
		"member-42":     {}, // an external id that looks like one of Stytch's
	} {
		t.Run(memberID, func(t *testing.T) {
			t.Parallel()
			api := minttest.NewAPI(key)
			api.Serve("/sessions/revoke", `{"request_id":"request-id-1","status_code":200}`)
			s := cachingService(api)
			before := make([]*byte, len(texts))
			for i, text := range texts {
				before[i] = verification(t, s, text)
				require.Same(t, before[i], verification(t, s, text), "it is cached")
			}
			_, err := s.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: &memberID})
			require.NoError(t, err)
			for i, text := range texts {
				assert.Equal(t, cached[i], before[i] == verification(t, s, text), "%d", i)
			}
		})
	}
}
