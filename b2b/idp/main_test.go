package idp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	local      = "b2b.idp.introspect_token_local"
	network    = "b2b.idp.introspect_token_network"
	introspect = "/oauth2/introspect"
	appSecret  = "cAnArY+sEcReT/0123456789abcdef="
)

var (
	key   = minttest.NewKey("jwk-test-1")
	other = minttest.NewKey("jwk-test-2")
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	want  = idp.IntrospectTokenClaims{
		Subject: minttest.Member, Scope: "openid read:reports", Audience: []string{minttest.Project}, Issuer: minttest.Issuer,
		ExpiresAt: noon.Add(time.Hour), IssuedAt: noon, NotBefore: noon, TokenType: "access_token", ClientID: minttest.App,
		CustomClaims: map[string]any{"plan": "pro"},
		Organization: idp.OrganizationClaim{OrganizationID: minttest.Organization, Slug: "analytical-engines"},
	}
)

// client returns a client of api, at noon, that tries nothing again.
func client(t *testing.T, api http.RoundTripper, edit ...func(*stytch.Config)) *stytch.Client {
	t.Helper()
	config := stytch.Config{
		ProjectID: minttest.Project, Secret: minttest.Secret, HTTPClient: &http.Client{Transport: api},
		Now: func() time.Time { return noon }, Retry: shared.RetryPolicy{MaxAttempts: 1},
	}
	for _, e := range edit {
		e(&config)
	}
	c, err := stytch.NewClient(config)
	require.NoError(t, err)
	return c
}

func app(others map[string]any) string {
	return key.Sign(minttest.With(minttest.AppToken(noon, true), others))
}

func check(organization, resource, action string) *sessions.AuthorizationCheck {
	return &sessions.AuthorizationCheck{OrganizationID: organization, ResourceID: resource, Action: action}
}

// answer is the API's about an active token.
const answer = `{"active": true, "token_type": "access_token", "sub": "` + minttest.Member + `", "aud": ["` + minttest.Project + `"],
	"client_id": "` + minttest.App + `", "scope": "openid read:reports", "iss": "` + minttest.Issuer + `", "exp": 1795438800,
	"iat": 1795435200, "nbf": 1795435200, "jti": "token-1", "plan": "pro", "https://stytch.com/new": 1,
	"https://stytch.com/organization": {"organization_id": "` + minttest.Organization + `", "slug": "analytical-engines"},
	"request_id": "request-id-1", "status_code": 200}`

func networkRequest() *idp.IntrospectTokenNetworkRequest {
	return &idp.IntrospectTokenNetworkRequest{Token: "cAnArY-token", ClientID: minttest.App, ClientSecret: new(appSecret)}
}
