package flows_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestSessions_accessTokenWorksOnceForFiveMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	mint := func(change func(*stytchtest.AccessToken)) string {
		token := stytchtest.AccessToken{
			ClientID: "connected-app-test-1", MemberID: v.MemberID, OrganizationID: v.Organization.OrganizationID,
			Scopes: []string{"openid", "full_access"},
		}
		change(&token)
		return h.MintAccessToken(token)
	}
	exchange := func(token string) (*sessions.ExchangeAccessTokenResponse, error) {
		return h.api.B2B.Sessions.ExchangeAccessToken(t.Context(), &sessions.ExchangeAccessTokenRequest{AccessToken: token})
	}
	token := mint(func(*stytchtest.AccessToken) {})
	resp, err := exchange(token)
	require.NoError(t, err)
	assert.Equal(t, "connected-app-test-1",
		resp.MemberSession.AuthenticationFactors[0].OAuthAccessTokenExchangeFactor.ClientID)
	_, err = h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(),
		&sessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
	require.NoError(t, err)
	_, err = exchange(token)
	require.ErrorIs(t, err, stytcherror.CodeOAuthAccessTokenExchangeTokenInvalidGrant)
	_, err = exchange(mint(func(t *stytchtest.AccessToken) { t.Scopes = []string{"openid"} }))
	require.ErrorIs(t, err, stytcherror.CodeOAuthAccessTokenExchangeMissingFullAccess)
	for name, change := range map[string]func(*stytchtest.AccessToken){
		"an unknown member":       func(t *stytchtest.AccessToken) { t.MemberID = "member-test-x" },
		"an unknown organization": func(t *stytchtest.AccessToken) { t.OrganizationID = "organization-test-x" },
		"no member":               func(t *stytchtest.AccessToken) { t.MemberID = "" },
	} {
		_, err = exchange(mint(change))
		require.ErrorIs(t, err, stytcherror.CodeIDPAccessTokenNotFound, name)
	}
	for name, text := range map[string]string{
		"no JWT": "nothing.that.parses", "a session JWT": v.SessionJWT, "a changed one": mint(func(*stytchtest.AccessToken) {}) + "x",
	} {
		_, err = exchange(text)
		require.ErrorIs(t, err, stytcherror.CodeIDPAccessTokenNotFound, name)
	}
	farAway, err := h.Sign(object{
		"iss": "stytch.com/" + h.ID(), "aud": []string{h.ID()}, "sub": v.MemberID, "client_id": "https://app.example",
		"scope": "full_access", "iat": h.Clock().Now().Unix(), "exp": int64(253402300800),
		"https://stytch.com/organization": object{"organization_id": v.Organization.OrganizationID},
	})
	require.NoError(t, err)
	_, err = exchange(farAway)
	require.NoError(t, err)
	snapshot, err := h.Snapshot()
	require.NoError(t, err, "an end in the year 10000")
	require.NoError(t, h.Restore(snapshot), "an id that is a URL")
	_, err = exchange(farAway)
	require.ErrorIs(t, err, stytcherror.CodeOAuthAccessTokenExchangeTokenInvalidGrant)

	old := mint(func(*stytchtest.AccessToken) {})
	h.Clock().Advance(5*time.Minute + 2*time.Second)
	_, err = exchange(old)
	require.ErrorIs(t, err, stytcherror.CodeOAuthAccessTokenExchangeTokenTooOld)
	h.Clock().Advance(time.Hour)
	_, err = exchange(old)
	require.ErrorIs(t, err, stytcherror.CodeIDPAccessTokenExpired)
}

// issuer issues tokens that a project trusts.
type issuer struct {
	t   *testing.T
	key *rsa.PrivateKey
	pem string
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return &issuer{t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
}

// sign signs claims of a good token, with some of them changed.
func (i *issuer) sign(now time.Time, change jwt.MapClaims) string {
	i.t.Helper()
	claims := jwt.MapClaims{
		"iss": "https://issuer.example", "aud": "stytch", "jti": fmt.Sprint(now.UnixNano()), "email": "bob@example.com",
		"exp": now.Add(time.Minute).Unix(),
	}
	for name, value := range change {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(i.key)
	require.NoError(i.t, err)
	return token
}

func TestSessions_attestTakesTokensOfTrustedIssuers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	trusted, stranger := newIssuer(t), newIssuer(t)
	profile := emulator.TrustedTokenProfile{
		ProfileID: "profile-1", Issuer: "https://issuer.example", Audience: "stytch", PublicKeys: []string{trusted.pem},
	}
	joining := profile
	joining.ProfileID, joining.CreatesMembers = "profile-2", true
	require.NoError(t, h.SetSettings(emulator.Settings{TrustedTokenProfiles: []emulator.TrustedTokenProfile{profile, joining}}))
	n := 0
	good := func(change jwt.MapClaims) string {
		n++
		if change == nil {
			change = jwt.MapClaims{}
		}
		change["n"] = n
		return trusted.sign(h.Clock().Now(), change)
	}
	attest := func(profile, token, org string, change func(*sessions.AttestRequest)) (*sessions.AttestResponse, error) {
		req := &sessions.AttestRequest{ProfileID: profile, Token: token, OrganizationID: shared.NonZero(org)}
		if change != nil {
			change(req)
		}
		return h.api.B2B.Sessions.Attest(t.Context(), req)
	}
	_, err := attest("profile-1", good(nil), org, nil)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = attest("profile-2", good(nil), org, nil)
	require.ErrorIs(t, err, stytcherror.CodeTokenMissingOrganizationIDClaim)
	token := good(jwt.MapClaims{"organization_id": org, "jti": "urn:uuid:1", "exp": int64(253402300800)})
	resp, err := attest("profile-2", token, org, nil)
	require.NoError(t, err)
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot), "an id of somebody else's has no form, and a time may be far away")
	assert.Equal(t, "bob@example.com", resp.Member.EmailAddress)
	assert.NotEmpty(t, resp.MemberSession.AuthenticationFactors[0].TrustedAuthTokenFactor.TokenID)
	_, err = attest("profile-1", token, org, nil)
	require.NoError(t, err, "a token works until it expires")
	_, err = attest("profile-1", good(jwt.MapClaims{"organization_id": v.Organization.OrganizationSlug}), "", nil)
	require.NoError(t, err, "the token names the organization")
	joined, err := attest("profile-1", good(jwt.MapClaims{"email": "ada@example.com"}), org,
		func(r *sessions.AttestRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	assert.Equal(t, v.MemberSession.MemberSessionID, joined.MemberSession.MemberSessionID)
	assert.Len(t, joined.MemberSession.AuthenticationFactors, 2)
	assert.False(t, resp.Member.EmailAddressVerified)
	alone, err := attest("profile-1", good(jwt.MapClaims{"email": "ada@example.com"}), org, nil)
	require.NoError(t, err)
	assert.True(t, alone.Member.EmailAddressVerified, "what was verified before stays so")
	assert.Equal(t, alone.Member, h.member(org, v.MemberID))
	other, err := attest("profile-1", good(nil), org, func(r *sessions.AttestRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	assert.NotEqual(t, v.MemberSession.MemberSessionID, other.MemberSession.MemberSessionID, "somebody else's is ignored")

	for name, row := range map[string]struct {
		token, org string
		want       stytcherror.Code
	}{
		"another issuer's key":     {stranger.sign(h.Clock().Now(), nil), org, stytcherror.CodeInvalidTrustedAuthToken},
		"another issuer":           {good(jwt.MapClaims{"iss": "x"}), org, stytcherror.CodeInvalidTrustedAuthToken},
		"another audience":         {good(jwt.MapClaims{"aud": "x"}), org, stytcherror.CodeInvalidTrustedAuthToken},
		"without exp":              {good(jwt.MapClaims{"exp": nil}), org, stytcherror.CodeInvalidTrustedAuthToken},
		"expired":                  {good(jwt.MapClaims{"exp": 1}), org, stytcherror.CodeInvalidTrustedAuthToken},
		"an id that is too long":   {good(jwt.MapClaims{"jti": strings.Repeat("x", 255)}), org, stytcherror.CodeInvalidTrustedAuthToken},
		"without an address":       {good(jwt.MapClaims{"email": nil}), org, stytcherror.CodeInvalidTrustedAuthToken},
		"no organization":          {good(nil), "", stytcherror.CodeTokenMissingOrganizationIDClaim},
		"an unknown one":           {good(nil), "nobody", stytcherror.CodeOrganizationNotFound},
		"an unknown one in it":     {good(jwt.MapClaims{"organization_id": "nobody"}), "", stytcherror.CodeInvalidTokenOrganizationIDClaim},
		"two organizations":        {good(jwt.MapClaims{"organization_id": "nobody"}), org, stytcherror.CodeInvalidTokenOrganizationIDClaim},
		"the session JWT of a key": {v.SessionJWT, org, stytcherror.CodeInvalidTrustedAuthToken},
	} {
		_, err := attest("profile-1", row.token, row.org, nil)
		require.ErrorIs(t, err, row.want, name)
	}
	_, err = attest("profile-3", good(nil), org, nil)
	require.ErrorIs(t, err, stytcherror.CodeTrustedTokenProfileNotFound)
	_, err = attest("profile-1", good(nil), org, func(r *sessions.AttestRequest) {
		r.SessionToken, r.SessionJWT = &v.SessionToken, &v.SessionJWT
	})
	require.ErrorIs(t, err, stytcherror.CodeTooManySessionArguments)
}

func TestSessions_migrateAsksTheUserInfoURL(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "Bearer ada":
			_, _ = fmt.Fprint(w, `{"sub": "1", "email": "Ada@example.com"}`)
		case "Bearer bob":
			_, _ = fmt.Fprint(w, `{"email": "bob@example.com"}`)
		case "Bearer nobody":
			_, _ = fmt.Fprint(w, `{"sub": "1"}`)
		case "Bearer text":
			_, _ = fmt.Fprint(w, `<html>`)
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(provider.Close)
	migrate := func(token, org string) (*sessions.MigrateResponse, error) {
		return h.api.B2B.Sessions.Migrate(t.Context(), &sessions.MigrateRequest{SessionToken: token, OrganizationID: org})
	}
	_, err := migrate("ada", v.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeInvalidUserinfoURL)
	require.NoError(t, h.SetSettings(emulator.Settings{UserInfoURL: provider.URL}))
	resp, err := migrate("ada", v.Organization.OrganizationSlug)
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, resp.MemberID)
	assert.Equal(t, b2csessions.AuthenticationFactorTypeImported, resp.MemberSession.AuthenticationFactors[0].Type)
	for token, code := range map[string]stytcherror.Code{
		"bob": stytcherror.CodeMemberNotFound, "nobody": stytcherror.CodeMigrateFromExternalMissingUserinfo,
		"text": stytcherror.CodeMigrateFromExternalUnexpectedResponse, "eve": stytcherror.CodeMigrateFromExternalUnexpectedResponse,
	} {
		_, err = migrate(token, v.Organization.OrganizationID)
		require.ErrorIs(t, err, code)
	}
	_, err = migrate("ada", "nobody")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	provider.Close()
	_, err = migrate("ada", v.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeMigrateFromExternalUnexpectedResponse)
}

// Verifying a token may take long: nobody else waits for it.
func TestSessions_attestStopsNobodyElse(t *testing.T) {
	t.Parallel()
	h, trusted := newHarness(t), newIssuer(t)
	h.create("ada@example.com")
	modulus := new(big.Int).SetBit(big.NewInt(1), 16383, 1)
	der, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: modulus, E: 65537})
	require.NoError(t, err)
	large := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	require.NoError(t, h.SetSettings(emulator.Settings{TrustedTokenProfiles: []emulator.TrustedTokenProfile{{
		ProfileID: "profile-1", Issuer: "https://issuer.example", Audience: "stytch", PublicKeys: slices.Repeat([]string{large}, 20),
	}}}))
	token := trusted.sign(h.Clock().Now(), nil)
	signed := token[:strings.LastIndexByte(token, '.')+1]
	token = signed + base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{1}, 2048))
	done := make(chan error)
	go func() {
		_, err := h.api.B2B.Sessions.Attest(t.Context(), &sessions.AttestRequest{ProfileID: "profile-1", Token: token})
		done <- err
	}()
	for calls := 0; ; calls++ {
		select {
		case err := <-done:
			require.ErrorIs(t, err, stytcherror.CodeInvalidTrustedAuthToken)
			assert.Greater(t, calls, 20, "calls that ended while the token was verified")
			return
		default:
			h.getOrg("example")
		}
	}
}
