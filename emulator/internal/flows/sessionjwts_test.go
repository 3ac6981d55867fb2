package flows_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestSessions_jwtOfAnotherIssuerOrAudienceIsRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	claims := func(change object) string {
		all := object{
			"iss": "stytch.com/" + h.ID(), "aud": []string{h.ID()}, "sub": v.MemberID,
			"https://stytch.com/session": object{"id": v.MemberSession.MemberSessionID},
		}
		maps.Copy(all, change)
		jwt, err := h.Sign(all)
		require.NoError(t, err)
		return jwt
	}
	authenticate := func(jwt string) error {
		_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionJWT: &jwt})
		return err
	}
	require.NoError(t, authenticate(claims(nil)))
	require.ErrorIs(t, authenticate(claims(object{"iss": "stytch.com/project-test-2"})),
		stytcherror.CodeJWTInvalidIssuer)
	require.ErrorIs(t, authenticate(claims(object{"iss": ""})), stytcherror.CodeJWTInvalidIssuer)
	require.ErrorIs(t, authenticate(claims(object{"aud": []string{"project-test-2"}})),
		stytcherror.CodeJWTInvalidAudience)
	require.ErrorIs(t, authenticate(claims(object{"aud": []string{}})), stytcherror.CodeJWTInvalidAudience)
	other := stytchtest.New(t)
	jwt, err := other.Sign(object{
		"iss": "stytch.com/" + h.ID(), "aud": h.ID(), "https://stytch.com/session": object{"id": v.MemberSession.MemberSessionID},
	})
	require.NoError(t, err)
	require.ErrorIs(t, authenticate(jwt), stytcherror.CodeUnableToParseSessionJWT)
}

func TestSessions_expiredJWTNamesAnActiveSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	h.Clock().Advance(6 * time.Minute)
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.NoError(t, err)
	h.Clock().Advance(time.Hour)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestSessions_keysAreThoseOfBothProducts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	keys, err := h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	require.Len(t, keys.Keys, 1)
	assert.Empty(t, keys.Keys[0].X5TS256)
	same, err := h.api.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	assert.Equal(t, keys.Keys, same.Keys)
	for _, path := range []string{"/v1/b2b/sessions/jwks/", "/v1/sessions/jwks/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://emulator.example"+path+h.ID(), nil)
		require.NoError(t, err)
		resp, err := h.Transport().RoundTrip(req)
		require.NoError(t, err)
		var public sessions.GetJWKSResponse
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&public))
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, keys.Keys, public.Keys, "without credentials too")
	}
	_, err = h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: "project-test-x"})
	require.ErrorIs(t, err, stytcherror.CodeProjectNotFound)
	_, err = h.api.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: "project-test-x"})
	require.ErrorIs(t, err, stytcherror.CodeProjectNotFound)
	for _, stranger := range h.strangers() {
		_, err = stranger.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
		require.Error(t, err)
		_, err = stranger.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: h.ID()})
		require.Error(t, err)
	}
}

func TestSessions_authenticateRefusesWhatIsNoSessionOfTheProject(t *testing.T) {
	t.Parallel()
	h, other := newHarness(t), newHarness(t)
	created, foreign := h.create("ada@example.com"), other.create("ada@example.com")
	for name, row := range map[string]struct {
		req  sessions.AuthenticateRequest
		want stytcherror.Code
	}{
		"no session": {sessions.AuthenticateRequest{}, stytcherror.CodeNoSessionArguments},
		"two sessions": {sessions.AuthenticateRequest{SessionToken: new("a"), SessionJWT: new("b")},
			stytcherror.CodeTooManySessionArguments},
		"two valid ones": {sessions.AuthenticateRequest{SessionToken: &created.SessionToken, SessionJWT: &created.SessionJWT},
			stytcherror.CodeTooManySessionArguments},
		"a malformed token": {sessions.AuthenticateRequest{SessionToken: new("short")},
			stytcherror.CodeInvalidSessionToken},
		"an unknown token": {
			sessions.AuthenticateRequest{SessionToken: new(base64.RawURLEncoding.EncodeToString(make([]byte, 33)))},
			stytcherror.CodeSessionNotFound},
		"a JWT of another project": {sessions.AuthenticateRequest{SessionJWT: &foreign.SessionJWT},
			stytcherror.CodeUnableToParseSessionJWT},
		"a tampered JWT": {
			sessions.AuthenticateRequest{SessionJWT: new(tampered(created.SessionJWT))}, stytcherror.CodeUnableToParseSessionJWT},
		"an unsigned JWT": {
			sessions.AuthenticateRequest{SessionJWT: new(unsigned(t, created.SessionJWT))}, stytcherror.CodeUnableToParseSessionJWT},
		"a longer JWT": {sessions.AuthenticateRequest{SessionJWT: new(created.SessionJWT + "x")},
			stytcherror.CodeUnableToParseSessionJWT},
		"a JWT of 20 kB": {sessions.AuthenticateRequest{SessionJWT: new(strings.Repeat("x", 20_000))},
			stytcherror.CodeUnableToParseSessionJWT},
		"too short a duration": {
			sessions.AuthenticateRequest{SessionToken: &created.SessionToken, SessionDurationMinutes: new(4)},
			stytcherror.CodeInvalidSessionDurationMinutes},
		"too long a duration": {
			sessions.AuthenticateRequest{SessionToken: &created.SessionToken, SessionDurationMinutes: new(527041)},
			stytcherror.CodeInvalidSessionDurationMinutes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &row.req)
			require.ErrorIs(t, err, row.want)
		})
	}
}

// tampered changes a role in a JWT's claims, and keeps the signature.
func tampered(token string) string {
	parts := strings.Split(token, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), "stytch_admin", "stytch_owner", 1)))
	return strings.Join(parts, ".")
}

// unsigned is a JWT's claims with the algorithm "none".
func unsigned(t *testing.T, token string) string {
	t.Helper()
	var claims jwt.MapClaims
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	require.NoError(t, err)
	text, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	return text
}

// The largest JWT has a thousand roles with the longest ids besides stytch_member, and what else has no fixed size.
func TestSessions_largestJWTIsAccepted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	named := func(first string) (ids []string) {
		for i := range 1000 {
			ids = append(ids, strings.Repeat("\U0001F600", 123)+fmt.Sprintf("%s%04d", first, i))
		}
		return ids
	}
	var rules []object
	for _, id := range named("b") {
		rules = append(rules, object{"domain": "example.com", "role_id": id})
	}
	h.alter("organizations", "organization_slug", "example", object{"rbac_email_implicit_role_assignments": rules})
	h.alter("members", "member_id", v.MemberID, object{"assigned_roles": named("a")})
	var factors []object
	for i := range 20 {
		factors = append(factors, object{
			"type": "sso", "delivery_method": "sso_oidc", "oidc_sso_factor": object{
				"id": fmt.Sprint(i), "provider_id": strings.Repeat("p", 128), "external_id": strings.Repeat("\x01", 254),
			},
		})
	}
	h.alter("sessions", "member_session_id", v.MemberSession.MemberSessionID, object{"authentication_factors": factors})
	claims := map[string]any{"k": strings.Repeat("c", 4086)}
	resp, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, SessionCustomClaims: claims})
	require.NoError(t, err)
	roles := len(resp.MemberSession.Roles)
	assert.Equal(t, 1001, roles)
	assert.Greater(t, len(resp.SessionJWT), 690<<10)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
	require.NoError(t, err)
	assert.ErrorContains(t, h.edit(func(state object) {
		state["members"].([]any)[0].(object)["assigned_roles"] = []string{"\x01"}
	}), "assigned_roles must have at most 128 characters and no control characters")
	assert.ErrorContains(t, h.edit(func(state object) {
		for _, f := range state["sessions"].([]any)[0].(object)["authentication_factors"].([]any) {
			f.(object)["saml_sso_factor"] = f.(object)["oidc_sso_factor"]
		}
	}), "authentication_factors must be UTF-8 and have at most 65536 bytes of JSON")
	role := editor()
	role.RoleID = "edit\nor"
	require.ErrorIs(t, h.setPolicy("example", role), stytcherror.CodeInvalidRBACCustomRole)
}
