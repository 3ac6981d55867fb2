package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bidp "github.com/seed75add069/stytch-go/b2b/idp"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// kinds are the kinds of tokens that can be minted, each with its verification.
var kinds = map[string]struct {
	lifetime time.Duration
	mint     func(*stytchtest.Server, ...stytchtest.TokenOption) string
	verify   func(*testing.T, *stytchtest.Server, string) error
}{
	"a member's session": {
		5 * time.Minute,
		func(s *stytchtest.Server, opts ...stytchtest.TokenOption) string {
			return s.MintSessionJWT(stytchtest.Session{}, opts...)
		},
		func(t *testing.T, s *stytchtest.Server, token string) error {
			t.Helper()
			_, err := s.Client().B2B.Sessions.AuthenticateJWTLocal(t.Context(), &b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: token})
			return err
		},
	},
	"a user's session": {
		5 * time.Minute,
		func(s *stytchtest.Server, opts ...stytchtest.TokenOption) string {
			return s.MintSessionJWT(stytchtest.Session{UserID: "user-test-1"}, opts...)
		},
		func(t *testing.T, s *stytchtest.Server, token string) error {
			t.Helper()
			_, err := s.Client().B2C.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: token})
			return err
		},
	},
	"an M2M client's access token": {
		time.Hour,
		func(s *stytchtest.Server, opts ...stytchtest.TokenOption) string {
			return s.MintAccessToken(stytchtest.AccessToken{}, opts...)
		},
		func(t *testing.T, s *stytchtest.Server, token string) error {
			t.Helper()
			_, err := s.Client().B2B.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: token})
			return err
		},
	},
	"a Connected App's access token of a member": {
		time.Hour,
		func(s *stytchtest.Server, opts ...stytchtest.TokenOption) string {
			return s.MintAccessToken(stytchtest.AccessToken{ClientID: "connected-app-test-1", MemberID: "member-test-1"}, opts...)
		},
		func(t *testing.T, s *stytchtest.Server, token string) error {
			t.Helper()
			_, err := s.Client().B2B.IDP.IntrospectTokenLocal(t.Context(), &b2bidp.IntrospectTokenLocalRequest{Token: token})
			return err
		},
	},
	"a Connected App's access token of a user": {
		time.Hour,
		func(s *stytchtest.Server, opts ...stytchtest.TokenOption) string {
			return s.MintAccessToken(stytchtest.AccessToken{ClientID: "connected-app-test-1", UserID: "user-test-1"}, opts...)
		},
		func(t *testing.T, s *stytchtest.Server, token string) error {
			t.Helper()
			_, err := s.Client().B2C.IDP.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{Token: token})
			return err
		},
	},
}

func TestMint_outcomesOfVerification(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := stytchtest.New(t)
			verify := func(opts ...stytchtest.TokenOption) error { return kind.verify(t, server, kind.mint(server, opts...)) }
			now := server.Clock().Now()
			require.NoError(t, verify())
			require.NoError(t, verify(stytchtest.IssuedAt(now.Add(-kind.lifetime+time.Minute))))
			require.ErrorIs(t, verify(stytchtest.IssuedAt(now.Add(-kind.lifetime))), stytcherror.ErrTokenExpired)
			require.ErrorIs(t, verify(stytchtest.IssuedAt(now.Add(time.Minute))), stytcherror.ErrTokenMalformed)
			require.ErrorIs(t, verify(stytchtest.Expired()), stytcherror.ErrTokenExpired)
			require.ErrorIs(t, verify(stytchtest.Forged()), stytcherror.ErrTokenSignature)
			require.ErrorIs(t, verify(stytchtest.OtherKey()), stytcherror.ErrKeyUnknown)
			require.ErrorIs(t, verify(stytchtest.OtherProject()), stytcherror.ErrTokenClaims)
			require.ErrorIs(t, verify(stytchtest.OtherProject(), stytchtest.OtherKey()), stytcherror.ErrKeyUnknown)
			require.ErrorIs(t, verify(stytchtest.Forged(), stytchtest.OtherKey(), stytchtest.Expired()), stytcherror.ErrKeyUnknown)
			for other, k := range kinds {
				if other != name {
					require.ErrorIs(t, kind.verify(t, server, k.mint(server)), stytcherror.ErrTokenKind, other)
				}
			}
			good := kind.mint(server)
			_, err := server.RotateKeys()
			require.NoError(t, err)
			require.NoError(t, kind.verify(t, server, good), "the old key stays published")
			server.Reset()
			require.NoError(t, kind.verify(t, server, good), "the client has the key in its cache")
		})
	}
}

func TestMintSessionJWT_hasTheGivenClaims(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	now := server.Clock().Now().Truncate(time.Second)
	factors := []sessions.AuthenticationFactor{{
		Type: sessions.AuthenticationFactorTypeOTP, DeliveryMethod: sessions.AuthenticationFactorDeliveryMethodSMS,
		LastAuthenticatedAt: now.Add(-time.Minute),
		PhoneNumberFactor:   &sessions.PhoneNumberFactor{PhoneID: "phone-number-test-1", PhoneNumber: "+12025550162"},
	}}
	claims := map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}}
	session := stytchtest.Session{
		ID: "session-test-1", Roles: []string{"editor"}, Factors: factors, StartedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Minute),
		CustomClaims: map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10}, "sub": "x", "exp": 1, "https://stytch.com/session": "x"},
	}

	session.UserID = "user-test-1"
	user, err := server.Client().B2C.Sessions.AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: server.MintSessionJWT(session)})
	require.NoError(t, err)
	assert.NotNil(t, user.Attributes)
	user.Attributes = nil
	assert.WithinDuration(t, now, user.LastAccessedAt, 10*time.Second)
	user.LastAccessedAt = now
	assert.Equal(t, &sessions.Session{
		SessionID: "session-test-1", UserID: "user-test-1", StartedAt: now.Add(-time.Hour), LastAccessedAt: now, ExpiresAt: now.Add(time.Minute),
		AuthenticationFactors: factors, Roles: []string{"editor"}, CustomClaims: claims,
	}, user)

	session.UserID, session.MemberID = "", "member-test-1"
	session.OrganizationID, session.OrganizationSlug = "organization-test-1", "analytical-engines"
	member, err := server.Client().B2B.Sessions.AuthenticateJWTLocal(t.Context(),
		&b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: server.MintSessionJWT(session)})
	require.NoError(t, err)
	member.LastAccessedAt = now
	assert.Equal(t, &b2bsessions.MemberSession{
		MemberSessionID: "session-test-1", MemberID: "member-test-1", OrganizationID: "organization-test-1", OrganizationSlug: "analytical-engines",
		StartedAt: now.Add(-time.Hour), LastAccessedAt: now, ExpiresAt: now.Add(time.Minute),
		AuthenticationFactors: factors, Roles: []string{"editor"}, CustomClaims: claims,
	}, member)
	assert.Len(t, session.CustomClaims, 5, "the given map is not changed")
}

func TestMintSessionJWT_hasDefaults(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	server.Clock().Set(time.Date(2031, 1, 2, 3, 4, 5, 999, time.UTC))
	verify := func(opts ...stytchtest.TokenOption) *b2bsessions.MemberSession {
		got, err := server.Client().B2B.Sessions.AuthenticateJWTLocal(t.Context(),
			&b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: server.MintSessionJWT(stytchtest.Session{}, opts...)})
		require.NoError(t, err)
		return got
	}
	got := verify()
	assert.Regexp(t, "^member-test-", got.MemberID)
	assert.Regexp(t, "^member-session-test-", got.MemberSessionID)
	assert.Regexp(t, "^organization-test-", got.OrganizationID)
	assert.Equal(t, "example", got.OrganizationSlug)
	assert.Equal(t, []string{"stytch_member"}, got.Roles)
	assert.Equal(t, 2031, got.StartedAt.Year())
	assert.WithinDuration(t, got.StartedAt.Add(time.Hour), got.ExpiresAt, 10*time.Second)
	require.Len(t, got.AuthenticationFactors, 1)
	assert.Equal(t, got.LastAccessedAt, got.AuthenticationFactors[0].LastAuthenticatedAt)
	assert.Empty(t, got.CustomClaims)
	assert.Equal(t, got.MemberID, verify().MemberID, "the default member is always the same")

	older := verify(stytchtest.IssuedAt(server.Clock().Now().Add(-2 * time.Minute)))
	assert.WithinDuration(t, got.StartedAt.Add(-2*time.Minute), older.StartedAt, 10*time.Second)
}

func TestMintSessionJWT_createsNoSession(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	_, err := server.Client().B2B.Sessions.AuthenticateJWT(t.Context(), &b2bsessions.AuthenticateJWTRequest{
		SessionJWT: server.MintSessionJWT(stytchtest.Session{}, stytchtest.Expired()),
	})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestMintAccessToken_hasTheGivenClaims(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	claims := map[string]any{"region": "eu"}
	client, err := server.Client().B2C.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{
		AccessToken: server.MintAccessToken(stytchtest.AccessToken{
			ClientID: "m2m-client-test-1", Scopes: []string{"read:users", "write:books"}, CustomClaims: claims,
		}),
		RequiredScopes: []string{"write:books"},
	})
	require.NoError(t, err)
	assert.Equal(t, "m2m-client-test-1", client.ClientID)
	assert.Equal(t, []string{"read:users", "write:books"}, client.Scopes)
	assert.EqualValues(t, claims, client.CustomClaims)
	assert.Equal(t, time.Hour, client.ExpiresAt.Sub(client.IssuedAt))

	app, err := server.Client().B2B.IDP.IntrospectTokenLocal(t.Context(), &b2bidp.IntrospectTokenLocalRequest{
		Token: server.MintAccessToken(stytchtest.AccessToken{
			ClientID: "connected-app-test-1", Scopes: []string{"openid"}, CustomClaims: claims,
			MemberID: "member-test-1", OrganizationID: "organization-test-1", OrganizationSlug: "analytical-engines",
		}),
	})
	require.NoError(t, err)
	assert.Equal(t, "connected-app-test-1", app.ClientID)
	assert.Equal(t, "member-test-1", app.Subject)
	assert.Equal(t, "openid", app.Scope)
	assert.EqualValues(t, claims, app.CustomClaims)
	assert.Equal(t, b2bidp.OrganizationClaim{OrganizationID: "organization-test-1", Slug: "analytical-engines"}, app.Organization)
}
