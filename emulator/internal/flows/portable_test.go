package flows_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestPortable_factorsOfOneOrganizationStayThere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.create("ada@example.com")
	exchange := func() (*sessions.ExchangeResponse, error) {
		return h.api.B2B.Sessions.Exchange(t.Context(),
			&sessions.ExchangeRequest{SessionToken: &v.SessionToken, OrganizationID: "example-2"})
	}
	bound := []b2csessions.AuthenticationFactor{
		{Type: b2csessions.AuthenticationFactorTypeSSO, DeliveryMethod: "sso_saml"},
		{Type: b2csessions.AuthenticationFactorTypePassword, DeliveryMethod: "knowledge"},
		{Type: b2csessions.AuthenticationFactorTypeImpersonated, DeliveryMethod: "impersonation"},
	}
	for _, f := range bound {
		require.NoError(t, h.AddFactor(v.MemberSession.MemberSessionID, f))
	}
	resp, err := exchange()
	require.NoError(t, err)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	assert.Equal(t, b2csessions.AuthenticationFactorTypeMagicLink, resp.MemberSession.AuthenticationFactors[0].Type)

	for _, f := range bound {
		h.alter("sessions", "member_id", v.MemberID, object{"authentication_factors": []any{}})
		require.NoError(t, h.AddFactor(v.MemberSession.MemberSessionID, f))
		_, err = exchange()
		require.ErrorIs(t, err, stytcherror.CodeInsufficientFactorsForSessionExchange, f.Type)
	}
}

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
	refused(t, authenticate(claims(object{"iss": "stytch.com/project-test-2"})), stytcherror.CodeJWTInvalidIssuer)
	refused(t, authenticate(claims(object{"iss": ""})), stytcherror.CodeJWTInvalidIssuer)
	refused(t, authenticate(claims(object{"aud": []string{"project-test-2"}})), stytcherror.CodeJWTInvalidAudience)
	refused(t, authenticate(claims(object{"aud": []string{}})), stytcherror.CodeJWTInvalidAudience)
	other := stytchtest.New(t)
	jwt, err := other.Sign(object{
		"iss": "stytch.com/" + h.ID(), "aud": h.ID(), "https://stytch.com/session": object{"id": v.MemberSession.MemberSessionID},
	})
	require.NoError(t, err)
	refused(t, authenticate(jwt), stytcherror.CodeUnableToParseSessionJWT)
}
