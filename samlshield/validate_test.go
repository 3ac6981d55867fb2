package samlshield_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/contracttest"
	"github.com/seed75add069/stytch-go/samlshield"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestValidate_contract(t *testing.T) {
	t.Parallel()
	contracttest.Test(t, contracttest.Operation[samlshield.ValidateRequest, samlshield.ValidateResponse]{
		Name:   "samlshield.saml.validate",
		Method: "POST",
		Form:   true,
		Bind: func(cfg *shared.FetchConfig) contracttest.Call[samlshield.ValidateRequest, samlshield.ValidateResponse] {
			c, err := samlshield.NewClient(samlshield.Config{
				PublicToken: token, BaseURL: cfg.BaseURL.String(), HTTPClient: cfg.HTTPClient, Retry: cfg.Retry,
			})
			require.NoError(t, err)
			return c.SAML.Validate
		},
		Requests: []contracttest.Request[samlshield.ValidateRequest]{
			{
				Name: "every field", Req: *request, Path: "/v1/saml/validate",
				Body: "SAMLResponse=PHNhbWxwOlJlc3BvbnNlPmNBbkFyWQ%2B%2FcAnArY%2F0123456789%3D%3D",
			},
			{
				Name: "text that is not base64, unchanged", Req: samlshield.ValidateRequest{SAMLResponse: "<a b=\"&\">ü\r\n~* "},
				Path: "/v1/saml/validate", Body: "SAMLResponse=%3Ca+b%3D%22%26%22%3E%C3%BC%0D%0A~%2A+",
			},
		},
		Answer: jsonOK,
	})
}

func TestValidate_request(t *testing.T) {
	t.Parallel()
	t.Run("a request is a form with a bearer token and the SDK's User-Agent", func(t *testing.T) {
		t.Parallel()
		var got *http.Request
		var body []byte
		c := client(t, func(r *http.Request) (_ *http.Response, err error) {
			got = r
			body, err = io.ReadAll(r.Body)
			return respond(r, http.StatusOK, jsonOK), err
		})
		resp, err := c.SAML.Validate(t.Context(), request)
		require.NoError(t, err)
		assert.Equal(t, &samlshield.ValidateResponse{RequestID: "request-id-1", StatusCode: 200, Message: "Valid."}, resp)
		assert.Equal(t, "https://api.samlshield.com/v1/saml/validate", got.URL.String())
		assert.Equal(t, http.Header{
			"Authorization": {"Bearer " + token},
			"Content-Type":  {"application/x-www-form-urlencoded"},
			"Accept":        {"application/json"},
			"User-Agent":    {"seed75add069-stytch-go/" + stytch.Version + " (" + runtime.Version() + ")"},
		}, got.Header, "and nothing else")
		assert.EqualValues(t, len(body), got.ContentLength)
		values, err := url.ParseQuery(string(body))
		require.NoError(t, err)
		assert.Equal(t, url.Values{"SAMLResponse": {assertion}}, values)
	})
	t.Run("a SAML response of a megabyte is sent whole", func(t *testing.T) {
		t.Parallel()
		long := strings.Repeat(assertion, 1<<20/len(assertion))
		c := client(t, func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, long, r.PostFormValue("SAMLResponse"))
			return respond(r, http.StatusOK, jsonOK), nil
		})
		_, err := c.SAML.Validate(t.Context(), &samlshield.ValidateRequest{SAMLResponse: long})
		require.NoError(t, err)
	})
}

func TestValidate_refuses(t *testing.T) {
	t.Parallel()
	var none context.Context
	for name, tt := range map[string]struct {
		ctx    context.Context
		req    *samlshield.ValidateRequest
		option shared.RequestOption
		field  string
	}{
		"no request":                {t.Context(), nil, nil, "SAMLResponse"},
		"an empty response":         {t.Context(), new(samlshield.ValidateRequest), nil, "SAMLResponse"},
		"text that is not UTF-8":    {t.Context(), &samlshield.ValidateRequest{SAMLResponse: "cAnArY\xff"}, nil, "SAMLResponse"},
		"a nil context":             {none, request, nil, "ctx"},
		"a session":                 {t.Context(), request, shared.WithAuthorization(shared.Authorization{SessionToken: "cAnArY"}), "authorization"},
		"another token":             {t.Context(), request, shared.WithHeader("Authorization", "Bearer cAnArY"), "header Authorization"},
		"another kind of body":      {t.Context(), request, shared.WithHeader("Content-Type", "application/json"), "header Content-Type"},
		"a header with line breaks": {t.Context(), request, shared.WithHeader("X-A", "a\r\ncAnArY: b"), "header X-A"},
	} {
		t.Run(name+" is refused before anything is sent", func(t *testing.T) {
			t.Parallel()
			c := client(t, func(r *http.Request) (*http.Response, error) {
				t.Error("something was sent")
				return respond(r, http.StatusOK, jsonOK), nil
			})
			opts := []shared.RequestOption{tt.option}
			if tt.option == nil {
				opts = nil
			}
			resp, err := c.SAML.Validate(tt.ctx, tt.req, opts...)
			require.Nil(t, resp)
			e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "samlshield.saml.validate", e.Op)
			assert.Equal(t, tt.field, e.Field)
			canarytest.Hidden(t, err, "cAnArY")
		})
	}
	t.Run("a service that was not made with NewClient is refused", func(t *testing.T) {
		t.Parallel()
		_, err := new(samlshield.Service).Validate(t.Context(), request)
		e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
		require.True(t, ok, "%T: %v", err, err)
		assert.Equal(t, "cfg", e.Field)
	})
}

func TestValidate_attempts(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Err: io.ErrClosedPipe}
	for name, tt := range map[string]struct {
		answer roundTrip
		sent   int
	}{
		"after a dial that failed, three times":          {func(*http.Request) (*http.Response, error) { return nil, refused }, 3},
		"once when the connection broke":                 {func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, 1},
		"once when the rate limit was met":               {answering(429, "", "Retry-After: 0"), 1},
		"once when a gateway failed":                     {answering(502, ""), 1},
		"once when the service was unavailable":          {answering(503, "", "Retry-After: 0"), 1},
		"once when the assertion was refused":            {answering(400, `{"error_type": "bad_request"}`), 1},
		"once when it was redirected to another host":    {answering(307, "", "Location: https://evil.example/"), 1},
		"once when a redirect turns it into another one": {answering(302, "", "Location: /elsewhere"), 1},
	} {
		t.Run("an assertion is sent "+name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			c := client(t, func(r *http.Request) (*http.Response, error) {
				sent++
				assert.Equal(t, "api.samlshield.com", r.URL.Host)
				return tt.answer(r)
			}, func(c *samlshield.Config) {
				c.Retry = shared.RetryPolicy{MinDelay: time.Microsecond, MaxDelay: time.Microsecond}
			})
			resp, err := c.SAML.Validate(t.Context(), request)
			require.Nil(t, resp)
			require.Error(t, err)
			assert.Equal(t, tt.sent, sent)
			canarytest.Hidden(t, err, "cAnArY")
		})
	}
}
