package flows_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/samlshield"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSAMLShield_validatesTheStructureOfAResponse(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	shield := func(token string) *samlshield.Client {
		client, err := samlshield.NewClient(samlshield.Config{PublicToken: token, BaseURL: h.URL()})
		require.NoError(t, err)
		return client
	}
	validate := func(token, response string) (*samlshield.ValidateResponse, error) {
		return shield(token).SAML.Validate(t.Context(), &samlshield.ValidateRequest{SAMLResponse: response})
	}
	good := base64.StdEncoding.EncodeToString([]byte(`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r">` +
		`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><Reference URI="#r"/></SignedInfo></Signature></samlp:Response>`))
	resp, err := validate(h.PublicToken(), good)
	require.NoError(t, err)
	assert.NotEmpty(t, resp.RequestID)
	assert.Contains(t, resp.Message, "does not verify its signature")
	for response, code := range map[string]stytcherror.Code{
		base64.StdEncoding.EncodeToString([]byte("<!DOCTYPE x><x/>")): stytcherror.CodeInvalidSAMLResponse,
		"<samlp:Response/>":               stytcherror.CodeInvalidSAMLResponse,
		strings.Repeat("x", 2<<20):        stytcherror.CodeBadRequest,
		strings.TrimRight(good, "=")[:40]: stytcherror.CodeInvalidXMLSAMLResponse,
	} {
		_, err = validate(h.PublicToken(), response)
		require.ErrorIs(t, err, code)
	}
	_, err = validate("public-token-test-00000000-0000-4000-8000-000000000000", good)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
	for _, form := range []string{"", "SAMLResponse=", "SAMLResponse=a&SAMLResponse=b"} {
		a := h.post("/v1/saml/validate", formType, form, "Bearer "+h.PublicToken())
		assert.Equal(t, 400, a.status)
		assert.Equal(t, "missing_saml_response", a.body["error_type"])
	}
}

func TestSAMLShield_hasFaults(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.AddFaults(emulator.Fault{Operation: "samlshield.saml.validate", Status: 503}))
	client, err := samlshield.NewClient(samlshield.Config{PublicToken: h.PublicToken(), BaseURL: h.URL()})
	require.NoError(t, err)
	_, err = client.SAML.Validate(t.Context(), &samlshield.ValidateRequest{SAMLResponse: "x"})
	require.Error(t, err)
	e, is := err.(*stytcherror.Error) //nolint:errorlint // the outermost error is meant
	require.True(t, is)
	assert.Equal(t, 503, e.StatusCode)
}
