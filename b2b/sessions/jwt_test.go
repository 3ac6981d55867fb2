package sessions_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// login founds an organization and returns its first session.
func login(t *testing.T, server *stytchtest.Server, claims map[string]any) *organizations.CreateResponse {
	t.Helper()
	const email = "ada@example.com"
	api := server.Client().B2B
	_, err := api.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{EmailAddress: email})
	require.NoError(t, err)
	proof, err := api.MagicLinks.Discovery.Authenticate(t.Context(),
		&discovery.AuthenticateRequest{DiscoveryMagicLinksToken: server.WaitMessage(email).Token})
	require.NoError(t, err)
	created, err := api.Discovery.Organizations.Create(t.Context(), &organizations.CreateRequest{
		IntermediateSessionToken: proof.IntermediateSessionToken, SessionDurationMinutes: new(60), SessionCustomClaims: claims,
	})
	require.NoError(t, err)
	return created
}

// asJWT is a session of the API without what its JWT leaves out: the times at which factors were recorded.
func asJWT(s sessions.MemberSession) sessions.MemberSession {
	factors := make([]b2csessions.AuthenticationFactor, len(s.AuthenticationFactors))
	for i, f := range s.AuthenticationFactors {
		f.CreatedAt, f.UpdatedAt = time.Time{}, time.Time{}
		factors[i] = f
	}
	s.AuthenticationFactors = factors
	return s
}

func TestAuthenticateJWTLocal_isWhatTheAPISays(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]map[string]any{
		"with custom claims": {
			"plan": "pro", "limits": map[string]any{"seats": 10.0, "sizes": []any{1.0, 2.0}}, "beta": false, "note": "",
			"exp": 1.0, "iss": "https://evil.example", "jti": "1",
		},
		"without": nil,
	} {
		t.Run("the session of a JWT is the API's, "+name, func(t *testing.T) {
			t.Parallel()
			server := stytchtest.New(t)
			client := server.NewClient(stytch.Config{Now: server.Clock().Now}).B2B.Sessions
			created := login(t, server, claims)
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

func TestAuthenticateJWT_throughALogin(t *testing.T) {
	t.Parallel()
	t.Run("a session is verified before and after a rotation of keys", func(t *testing.T) {
		t.Parallel()
		server := stytchtest.New(t)
		client := server.NewClient(stytch.Config{Now: server.Clock().Now}).B2B.Sessions
		created := login(t, server, nil)
		good := func(text string) {
			t.Helper()
			got, err := client.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: text})
			require.NoError(t, err)
			assert.Equal(t, created.Member.MemberID, got.MemberID)
		}
		good(created.SessionJWT)
		_, err := server.RotateKeys()
		require.NoError(t, err)
		server.Clock().Advance(time.Minute)
		fresh, err := client.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
		require.NoError(t, err)
		good(fresh.SessionJWT)
		good(created.SessionJWT)
	})
	t.Run("an expired JWT is exchanged for a fresh one, a revoked session's is not", func(t *testing.T) {
		t.Parallel()
		server := stytchtest.New(t)
		client := server.NewClient(stytch.Config{Now: server.Clock().Now}).B2B.Sessions
		created := login(t, server, nil)
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
		require.NoError(t, err, "which local verification cannot know, for five minutes")
		server.Clock().Advance(6 * time.Minute)
		_, err = client.AuthenticateJWT(t.Context(), &sessions.AuthenticateJWTRequest{SessionJWT: resp.SessionJWT})
		require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	})
}

func TestClaims(t *testing.T) {
	t.Parallel()
	type plan struct {
		Plan   string `json:"plan"`
		Limits struct {
			Seats int `json:"seats"`
		} `json:"limits"`
	}
	session := &sessions.MemberSession{CustomClaims: map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}}}
	got, err := sessions.Claims[plan](session)
	require.NoError(t, err)
	assert.Equal(t, "pro", got.Plan)
	assert.Equal(t, 10, got.Limits.Seats)
	got, err = sessions.Claims[plan](nil)
	require.NoError(t, err)
	assert.Zero(t, got)
	session.CustomClaims["limits"] = map[string]any{"seats": "ten"}
	_, err = sessions.Claims[plan](session)
	refused, ok := errors.AsType[*stytcherror.DecodeError](err)
	require.True(t, ok, "%T", err)
	assert.Equal(t, "b2b.sessions.claims", refused.Op)
	assert.Equal(t, "/limits/seats", refused.Field)
	assert.EqualError(t, err, "stytch: b2b.sessions.claims: the value does not decode at /limits/seats: it does not fit int")
}

func TestService_zero(t *testing.T) {
	t.Parallel()
	_, err := new(sessions.Service).AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: minttest.NewKey("jwk-test-1").Sign(minttest.MemberSession(time.Now()))})
	require.Error(t, err, "a service that New did not make knows no token")
}

// remembering is a service that remembers tokens.
func remembering(api *minttest.API) *sessions.Service {
	return sessions.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: api.Client(),
		Verification: shared.Verification{TokenCacheSize: 64},
	})
}

// mark verifies a token and returns what tells whether that was a hit: hits share the list of roles.
func mark(t *testing.T, s *sessions.Service, text string) *string {
	t.Helper()
	got, err := s.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: text})
	require.NoError(t, err)
	return &got.Roles[0]
}

func TestRevoke_forgets(t *testing.T) {
	t.Parallel()
	key := minttest.NewKey("jwk-test-1")
	token := func(id, member string) string {
		return key.Sign(minttest.With(minttest.MemberSession(time.Now()), map[string]any{
			"sub": member, minttest.SessionClaim: map[string]any{"id": id, "roles": []string{"editor"}},
		}))
	}
	mine, second, other := token("session-1", minttest.Member), token("session-2", minttest.Member), token("session-3", "member-test-2")
	for name, tt := range map[string]struct {
		req  *sessions.RevokeRequest
		left [3]bool
	}{
		"by id":                        {&sessions.RevokeRequest{MemberSessionID: new("session-1")}, [3]bool{false, true, true}},
		"by JWT":                       {&sessions.RevokeRequest{SessionJWT: &second}, [3]bool{true, false, true}},
		"by a JWT nobody has seen":     {&sessions.RevokeRequest{SessionJWT: new("jwt")}, [3]bool{}},
		"by token, which is anybody's": {&sessions.RevokeRequest{SessionToken: new("token")}, [3]bool{}},
		"by member":                    {&sessions.RevokeRequest{MemberID: new(minttest.Member)}, [3]bool{false, false, true}},
		"by a member's external id":    {&sessions.RevokeRequest{MemberID: new("ada")}, [3]bool{}},
		"by one that looks like an id": {&sessions.RevokeRequest{MemberID: new("member-42")}, [3]bool{}},
		"of nobody":                    {&sessions.RevokeRequest{}, [3]bool{}},
		"with nothing":                 {nil, [3]bool{}},
	} {
		for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
			t.Run(name+", "+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				api := minttest.NewAPI(key)
				api.Handle("/sessions/revoke", func(*http.Request) (int, []byte, error) {
					return status, []byte(`{"request_id":"request-id-1","status_code":200}`), nil
				})
				s, texts := remembering(api), []string{mine, second, other}
				before := make([]*string, len(texts))
				for i, text := range texts {
					before[i] = mark(t, s, text)
					require.Same(t, before[i], mark(t, s, text), "it is remembered")
				}
				_, err := s.Revoke(t.Context(), tt.req)
				assert.Equal(t, status == http.StatusOK, err == nil)
				if tt.req == nil {
					return
				}
				for i, text := range texts {
					assert.Equal(t, tt.left[i], before[i] == mark(t, s, text), "%d", i)
				}
			})
		}
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	key := minttest.NewKey("jwk-test-1")
	s, text := remembering(minttest.NewAPI(key)), key.Sign(minttest.MemberSession(time.Now()))
	first := mark(t, s, text)
	s.Forget("session-test-another")
	assert.Same(t, first, mark(t, s, text))
	s.Forget(minttest.Session)
	second := mark(t, s, text)
	assert.NotSame(t, first, second)
	s.ForgetAll()
	assert.NotSame(t, second, mark(t, s, text))
}
