package sessions_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/attribute"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
)

func TestAuthenticateJWTLocal_session(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	key := minttest.NewKey("jwk-test-1")
	service := sessions.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"},
		HTTPClient: minttest.NewAPI(key).Client(), Now: func() time.Time { return start },
	})
	got, err := service.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
		SessionJWT: key.Sign(minttest.UserSession(start)),
	})
	require.NoError(t, err)
	assert.Equal(t, &sessions.Session{
		SessionID: minttest.Session, UserID: minttest.User,
		StartedAt: start.Add(-time.Hour), LastAccessedAt: start, ExpiresAt: start.Add(time.Hour),
		Attributes: &attribute.Attributes{},
		Roles:      []string{"stytch_user", "editor"},
		AuthenticationFactors: []sessions.AuthenticationFactor{
			{
				Type: sessions.AuthenticationFactorTypeMagicLink, DeliveryMethod: sessions.AuthenticationFactorDeliveryMethodEmail,
				LastAuthenticatedAt: start.Add(-time.Hour),
				EmailFactor:         &sessions.EmailFactor{EmailID: "email-test-1", EmailAddress: "ada@example.com"},
			},
			{
				Type: sessions.AuthenticationFactorTypeOTP, DeliveryMethod: sessions.AuthenticationFactorDeliveryMethodSMS,
				LastAuthenticatedAt: start,
				PhoneNumberFactor:   &sessions.PhoneNumberFactor{PhoneID: "phone-number-test-1", PhoneNumber: "+15005550006"},
			},
		},
		CustomClaims: map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}},
	}, got)
}
