package flows_test

import (
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
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

// A response of half a megabyte takes a tenth of a second to check. Other calls do not wait for that.
func TestSAMLShield_keepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	client, err := samlshield.NewClient(samlshield.Config{PublicToken: h.PublicToken(), BaseURL: h.URL()})
	require.NoError(t, err)
	large := base64.StdEncoding.EncodeToString([]byte(`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r">` +
		strings.Repeat("<a/>", 100_000) + `</samlp:Response>`))
	validate := func() time.Duration {
		start := time.Now()
		_, err := client.SAML.Validate(t.Context(), &samlshield.ValidateRequest{SAMLResponse: large})
		assert.ErrorIs(t, err, stytcherror.CodeMissingSignatureSAMLResponse)
		return time.Since(start)
	}
	alone := validate()
	var stop atomic.Bool
	var others, begun sync.WaitGroup
	for range 2 {
		begun.Add(1)
		others.Go(func() {
			validate()
			for begun.Done(); !stop.Load(); {
				validate()
			}
		})
	}
	begun.Wait()
	waited := 0
	for start := time.Now(); time.Since(start) < 5*alone; {
		before := time.Now()
		_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: new(strings.Repeat("x", 44))})
		assert.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
		if time.Since(before) > alone/3 {
			waited++
		}
	}
	stop.Store(true)
	others.Wait()
	assert.Less(t, waited, 2, "calls that waited for a validation")
}
