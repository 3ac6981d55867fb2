package flows_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// What an application may choose of a session JWT says nothing of the session.
func TestJWTs_claimsOfASessionAreThoseOfTheirExactName(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	victim := h.create("eve@example.com")
	custom := shared.Object{}
	for _, name := range []string{"https://ſtytch.com/session", "iſs", "ISS"} {
		custom[name] = map[string]any{"id": victim.MemberSession.MemberSessionID}
	}
	v := h.create("ada@example.com")
	own, err := h.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &v.SessionToken, SessionDurationMinutes: new(60), SessionCustomClaims: custom,
	})
	require.NoError(t, err)
	got, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &own.SessionJWT})
	require.NoError(t, err)
	assert.Equal(t, "ada@example.com", got.Member.EmailAddress)
	assert.Equal(t, own.MemberSession.MemberSessionID, got.MemberSession.MemberSessionID)
}

// What an app may choose of its access tokens widens no scope.
func TestJWTs_claimsOfAnAccessTokenAreThoseOfTheirExactName(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	for _, name := range []string{"Scope", "ſcope", "SCOPE"} {
		app := h.newApp(connectedapp.ClientTypeThirdParty, func(r *clients.CreateRequest) {
			r.AccessTokenTemplateContent = new(`{"` + name + `":"openid full_access"}`)
		})
		token := h.tokens(v.SessionToken, app, "openid", "email").access
		_, err := h.api.B2B.Sessions.ExchangeAccessToken(t.Context(),
			&sessions.ExchangeAccessTokenRequest{AccessToken: token})
		require.ErrorIs(t, err, stytcherror.CodeOAuthAccessTokenExchangeMissingFullAccess, name)
	}
}

// A token that works once has one form.
func TestJWTs_withLineBreaksAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) { r.FullAccessAllowed = new(true) })
	token := h.tokens(v.SessionToken, app, "openid", "full_access").access
	exchange := func(token string) error {
		_, err := h.api.B2B.Sessions.ExchangeAccessToken(t.Context(),
			&sessions.ExchangeAccessTokenRequest{AccessToken: token})
		return err
	}
	require.NoError(t, exchange(token))
	require.ErrorIs(t, exchange(token), stytcherror.CodeOAuthAccessTokenExchangeTokenInvalidGrant)
	for _, broken := range []string{token + "\n", token + "\r\n", token[:len(token)-5] + "\n" + token[len(token)-5:]} {
		require.ErrorIs(t, exchange(broken), stytcherror.CodeIDPAccessTokenNotFound)
	}
	jwt := v.SessionJWT + "\n"
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &jwt})
	require.ErrorIs(t, err, stytcherror.CodeUnableToParseSessionJWT)
}

// Numbers that no float64 holds stay what they are.
func TestJWTs_largeNumbersStayNumbers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	const content = `"id":1234567890123456789`
	session, err := h.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &v.SessionToken, SessionDurationMinutes: new(60),
		SessionCustomClaims: shared.Object{"id": int64(1234567890123456789)},
	})
	require.NoError(t, err)
	app := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) {
		r.AccessTokenTemplateContent, r.IDTokenTemplateContent = new("{"+content+"}"), new("{"+content+"}")
	})
	tokens := h.tokens(v.SessionToken, app, "openid")
	for _, token := range []string{session.SessionJWT, tokens.access, tokens.id} {
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		require.NoError(t, err)
		assert.Contains(t, string(payload), content)
	}
	got := h.oauth("introspect", "",
		"client_id", app.ClientID, "client_secret", app.ClientSecret, "token", tokens.access)
	assert.InDelta(t, 1234567890123456789.0, got.body["id"], 0)
}

// The address of a token of another issuer is its email, however else a claim is named.
func TestJWTs_claimsOfOtherIssuersAreThoseOfTheirExactName(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	trusted := newIssuer(t)
	require.NoError(t, h.SetSettings(emulator.Settings{TrustedTokenProfiles: []emulator.TrustedTokenProfile{{
		ProfileID: "profile-1", Issuer: "https://issuer.example", Audience: "stytch", PublicKeys: []string{trusted.pem},
	}}}))
	header := `{"alg":"RS256"}`
	attest := func(claims string) error {
		now := h.Clock().Now().Unix()
		text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." +
			base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil,
				`{"iss":"https://issuer.example","aud":"stytch","iat":%d,"exp":%d,%s}`, now, now+300, claims))
		signature, err := jwt.SigningMethodRS256.Sign(text, trusted.key)
		require.NoError(t, err)
		_, err = h.api.B2B.Sessions.Attest(t.Context(), &sessions.AttestRequest{
			ProfileID: "profile-1", Token: text + "." + base64.RawURLEncoding.EncodeToString(signature), OrganizationID: &org,
		})
		return err
	}
	require.NoError(t, attest(`"email":"ada@example.com"`))
	require.ErrorIs(t, attest(`"email":"bob@example.com","Email":"ada@example.com"`), stytcherror.CodeMemberNotFound)
	require.ErrorIs(t, attest(`"email":"bob@example.com","email":"ada@example.com"`),
		stytcherror.CodeInvalidTrustedAuthToken)
	header = `{"alg":"RS256","crit":["b64"],"b64":false}`
	require.ErrorIs(t, attest(`"email":"ada@example.com"`), stytcherror.CodeInvalidTrustedAuthToken)
}
