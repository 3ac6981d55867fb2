package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
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
