package sessions_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/attribute"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var (
	dawn = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	key  = minttest.NewKey("jwk-test-1")
)

// service returns a service at dawn that remembers tokens.
func service(api *minttest.API) *sessions.Service {
	return sessions.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: api.Client(),
		Now: func() time.Time { return dawn }, Verification: shared.Verification{TokenCacheSize: 64},
	})
}

func verified(t *testing.T, s *sessions.Service, claims map[string]any) *sessions.Session {
	t.Helper()
	got, err := s.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: key.Sign(claims)})
	require.NoError(t, err)
	return got
}

func TestAuthenticateJWTLocal_session(t *testing.T) {
	t.Parallel()
	t.Run("it is all that the JWT says", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, &sessions.Session{
			SessionID: minttest.Session, UserID: minttest.User,
			StartedAt: dawn.Add(-time.Hour), LastAccessedAt: dawn, ExpiresAt: dawn.Add(time.Hour),
			Attributes: &attribute.Attributes{},
			Roles:      []string{"stytch_user", "editor"},
			AuthenticationFactors: []sessions.AuthenticationFactor{
				{
					Type: sessions.AuthenticationFactorTypeMagicLink, DeliveryMethod: sessions.AuthenticationFactorDeliveryMethodEmail,
					LastAuthenticatedAt: dawn.Add(-time.Hour),
					EmailFactor:         &sessions.EmailFactor{EmailID: "email-test-1", EmailAddress: "ada@example.com"},
				},
				{
					Type: sessions.AuthenticationFactorTypeOTP, DeliveryMethod: sessions.AuthenticationFactorDeliveryMethodSMS,
					LastAuthenticatedAt: dawn,
					PhoneNumberFactor:   &sessions.PhoneNumberFactor{PhoneID: "phone-number-test-1", PhoneNumber: "+15005550006"},
				},
			},
			CustomClaims: map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}},
		}, verified(t, service(minttest.NewAPI(key)), minttest.UserSession(dawn)))
	})
	t.Run("a session of old, without an end and without roles, ends with its JWT", func(t *testing.T) {
		t.Parallel()
		got := verified(t, service(minttest.NewAPI(key)), minttest.With(minttest.UserSession(dawn), map[string]any{
			minttest.SessionClaim: map[string]any{"id": minttest.Session}, "plan": nil, "limits": nil,
		}))
		assert.Equal(t, &sessions.Session{SessionID: minttest.Session, UserID: minttest.User, ExpiresAt: dawn.Add(5 * time.Minute)}, got)
	})
	t.Run("names that are reserved are no custom claims, others are, and none are nil", func(t *testing.T) {
		t.Parallel()
		s := service(minttest.NewAPI(key))
		got := verified(t, s, minttest.With(minttest.UserSession(dawn), map[string]any{
			"jti": "1", "https://stytch.com/new": 1, "https://acme.example/tier": 1, "ISS": "a", "scope": "b", "plan": false, "limits": nil,
		}))
		assert.EqualValues(t, map[string]any{"https://acme.example/tier": 1.0, "ISS": "a", "scope": "b", "plan": false}, got.CustomClaims)
		got = verified(t, s, minttest.With(minttest.UserSession(dawn), map[string]any{"plan": nil, "limits": nil}))
		assert.Nil(t, got.CustomClaims)
	})
	t.Run("what the API adds one day does no harm", func(t *testing.T) {
		t.Parallel()
		got := verified(t, service(minttest.NewAPI(key)), minttest.With(minttest.UserSession(dawn), map[string]any{
			minttest.SessionClaim: map[string]any{
				"id": minttest.Session, "new": []int{1}, "authentication_factors": []any{map[string]any{"type": "telepathy", "new": 1}},
			},
		}))
		assert.Equal(t, sessions.AuthenticationFactorType("telepathy"), got.AuthenticationFactors[0].Type)
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
	got, err := sessions.Claims[plan](verified(t, service(minttest.NewAPI(key)), minttest.UserSession(dawn)))
	require.NoError(t, err)
	assert.Equal(t, "pro", got.Plan)
	assert.Equal(t, 10, got.Limits.Seats)
	got, err = sessions.Claims[plan](nil)
	require.NoError(t, err)
	assert.Zero(t, got)
	_, err = sessions.Claims[plan](&sessions.Session{CustomClaims: map[string]any{"plan": []any{"pro"}}})
	refused, ok := errors.AsType[*stytcherror.DecodeError](err)
	require.True(t, ok, "%T", err)
	assert.Equal(t, "b2c.sessions.claims", refused.Op)
	assert.Equal(t, "/plan", refused.Field)
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
	token := func(id string) string {
		return key.Sign(minttest.With(minttest.UserSession(dawn), map[string]any{
			minttest.SessionClaim: map[string]any{"id": id, "roles": []string{"editor"}},
		}))
	}
	mine, other := token("session-1"), token("session-2")
	for name, tt := range map[string]struct {
		req  *sessions.RevokeRequest
		left bool // the other session's
	}{
		"by id":                        {&sessions.RevokeRequest{SessionID: new("session-1")}, true},
		"by JWT":                       {&sessions.RevokeRequest{SessionJWT: &mine}, true},
		"by a JWT nobody has seen":     {&sessions.RevokeRequest{SessionJWT: new("jwt")}, false},
		"by token, which is anybody's": {&sessions.RevokeRequest{SessionToken: new("token")}, false},
		"of nobody":                    {&sessions.RevokeRequest{}, false},
	} {
		for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
			t.Run(name+", "+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				api := minttest.NewAPI(key)
				api.Handle("/sessions/revoke", func(*http.Request) (int, []byte, error) {
					return status, []byte(`{"request_id":"request-id-1","status_code":200}`), nil
				})
				s := service(api)
				first, second := mark(t, s, mine), mark(t, s, other)
				require.Same(t, first, mark(t, s, mine), "it is remembered")
				_, err := s.Revoke(t.Context(), tt.req)
				assert.Equal(t, status == http.StatusOK, err == nil)
				assert.NotSame(t, first, mark(t, s, mine))
				assert.Equal(t, tt.left, second == mark(t, s, other))
			})
		}
	}
	t.Run("and so does Forget", func(t *testing.T) {
		t.Parallel()
		s := service(minttest.NewAPI(key))
		first, second := mark(t, s, mine), mark(t, s, other)
		s.Forget("session-1")
		again := mark(t, s, mine)
		assert.NotSame(t, first, again)
		assert.Same(t, second, mark(t, s, other))
		s.ForgetAll()
		assert.NotSame(t, again, mark(t, s, mine))
		assert.NotSame(t, second, mark(t, s, other))
	})
}
