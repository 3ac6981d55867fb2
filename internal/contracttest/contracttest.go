// Package contracttest tests an operation: which request it sends, how it decodes responses, and which errors it
// returns. Every generated operation has such a test.
package contracttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Call is a service's method.
type Call[Req, Resp any] func(context.Context, *Req, ...shared.RequestOption) (*Resp, error)

// Operation describes an operation under test.
type Operation[Req, Resp any] struct {
	Name, Method string
	// Fraud says that the host is that of the fraud API.
	Fraud bool
	// Authorization says that the operation accepts shared.WithAuthorization.
	Authorization bool
	// Form says that the body is a form, which is compared byte by byte.
	Form bool
	// Bind makes the service and returns the operation's method.
	Bind     func(*shared.FetchConfig) Call[Req, Resp]
	Requests []Request[Req]
	// Answer is the body of a response with every field.
	Answer string
}

// Request is a request and what must be sent for it.
type Request[Req any] struct {
	Name string
	Req  Req
	// Path is escaped. Body is empty if the request has none.
	Path, Query, Body string
}

const (
	authHost  = "auth.example"
	fraudHost = "fraud.example"
)

// Test runs a subtest for each property of o.
func Test[Req, Resp any](t *testing.T, o Operation[Req, Resp]) {
	t.Helper()
	for _, r := range o.Requests {
		t.Run("sends "+r.Name, func(t *testing.T) { t.Parallel(); o.sends(t, r) })
	}
	o.decoding(t)
	t.Run("returns an Error for an error response", func(t *testing.T) { t.Parallel(); o.fails(t) })
	t.Run("returns an Error for the HTML page of a gateway", func(t *testing.T) { t.Parallel(); o.failsWithHTML(t) })
	t.Run("sends nothing if the context is cancelled", func(t *testing.T) { t.Parallel(); o.cancelled(t) })
	t.Run("refuses an empty request if it has required fields", func(t *testing.T) { t.Parallel(); o.empty(t) })
	t.Run("sends or refuses the session of the option", func(t *testing.T) { t.Parallel(); o.session(t) })
}

// serve returns the operation's method with a transport of its own, and that transport.
func (o Operation[Req, Resp]) serve(status int, body string) (Call[Req, Resp], *transport) {
	server := &transport{status: status, body: []byte(body)}
	return o.Bind(&shared.FetchConfig{
		BaseURL:      &url.URL{Scheme: "https", Host: authHost},
		FraudBaseURL: &url.URL{Scheme: "https", Host: fraudHost},
		HTTPClient:   &http.Client{Transport: server},
		Retry:        shared.RetryPolicy{MaxAttempts: 1},
	}), server
}

// transport answers every request with status and body. It keeps the last request and its body.
type transport struct {
	status int
	body   []byte

	got     *http.Request
	gotBody []byte
}

func (tr *transport) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	tr.got = req
	if req.Body != nil {
		if tr.gotBody, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode: tr.status, Header: http.Header{}, Request: req,
		Body: io.NopCloser(bytes.NewReader(tr.body)), ContentLength: int64(len(tr.body)),
	}, nil
}

func (o Operation[Req, Resp]) sends(t *testing.T, r Request[Req]) {
	call, server := o.serve(http.StatusOK, o.Answer)
	before := new(r.Req)
	_, err := call(t.Context(), &r.Req)
	require.NoError(t, err)
	assert.Equal(t, o.Method, server.got.Method)
	host := authHost
	if o.Fraud {
		host = fraudHost
	}
	assert.Equal(t, host, server.got.URL.Host)
	assert.Equal(t, r.Path, server.got.URL.EscapedPath())
	assert.Equal(t, r.Query, server.got.URL.RawQuery)
	if o.Form || r.Body == "" {
		assert.Equal(t, r.Body, string(server.gotBody))
	} else {
		assert.JSONEq(t, r.Body, string(server.gotBody))
	}
	assert.Equal(t, *before, r.Req, "the request must not be changed")
}

func (o Operation[Req, Resp]) fails(t *testing.T) {
	apiErr := o.fail(t, http.StatusNotFound, `{
		"status_code": 404, "request_id": "request-id-1", "error_type": "session_not_found",
		"error_message": "No session.", "error_url": "https://example.com/404"}`)
	require.ErrorIs(t, apiErr, stytcherror.CodeSessionNotFound)
	assert.Equal(t, o.Name, apiErr.Op)
	assert.Equal(t, "request-id-1", apiErr.RequestID)
	assert.Equal(t, "No session.", apiErr.Message)
}

func (o Operation[Req, Resp]) failsWithHTML(t *testing.T) {
	assert.Empty(t, o.fail(t, http.StatusBadGateway, "<html>Bad gateway</html>").Code)
}

// fail makes the call, whose response has the status and body, and returns its error.
func (o Operation[Req, Resp]) fail(t *testing.T, status int, body string) *stytcherror.Error {
	t.Helper()
	call, _ := o.serve(status, body)
	resp, err := call(t.Context(), &o.Requests[0].Req)
	require.Nil(t, resp)
	apiErr, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok, "got %v", err)
	assert.Equal(t, status, apiErr.StatusCode)
	return apiErr
}

func (o Operation[Req, Resp]) cancelled(t *testing.T) {
	call, server := o.serve(http.StatusOK, o.Answer)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	resp, err := call(ctx, &o.Requests[0].Req)
	require.Nil(t, resp)
	require.ErrorIs(t, err, context.Canceled)
	_, ok := errors.AsType[*stytcherror.RequestError](err)
	assert.True(t, ok, "got %T", err)
	assert.Nil(t, server.got)
}

func (o Operation[Req, Resp]) empty(t *testing.T) {
	call, _ := o.serve(http.StatusOK, o.Answer)
	for _, req := range []*Req{nil, new(Req)} {
		resp, err := call(t.Context(), req)
		if !needsFields[Req]() {
			require.NoError(t, err)
			continue
		}
		require.Nil(t, resp)
		argErr, ok := errors.AsType[*stytcherror.ArgumentError](err)
		require.True(t, ok, "got %v", err)
		assert.Equal(t, o.Name, argErr.Op)
		assert.NotEmpty(t, argErr.Field)
	}
}

// needsFields reports whether a request has a required field whose zero value is refused.
func needsFields[Req any]() bool {
	t := reflect.TypeFor[Req]()
	for f := range t.Fields() {
		optional := strings.HasSuffix(f.Tag.Get("json"), ",omitzero") &&
			!strings.Contains(f.Tag.Get("stytch"), "required")
		if k := f.Type.Kind(); !optional && k != reflect.Bool && k != reflect.Int {
			return true
		}
	}
	return false
}

func (o Operation[Req, Resp]) session(t *testing.T) {
	call, server := o.serve(http.StatusOK, o.Answer)
	for _, by := range []shared.Authorization{{SessionToken: "token-1"}, {SessionJWT: "jwt-1"}} {
		_, err := call(t.Context(), &o.Requests[0].Req, shared.WithAuthorization(by))
		if !o.Authorization {
			_, ok := errors.AsType[*stytcherror.ArgumentError](err)
			require.True(t, ok, "got %v", err)
			assert.Nil(t, server.got)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, by.SessionToken, server.got.Header.Get("X-Stytch-Member-Session"))
		assert.Equal(t, by.SessionJWT, server.got.Header.Get("X-Stytch-Member-SessionJWT"))
	}
}
