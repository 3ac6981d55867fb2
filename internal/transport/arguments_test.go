package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// offlineClient returns a client that fails the test if it sends a request.
func offlineClient(t *testing.T) *stytch.Client {
	t.Helper()
	return newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
		assert.Fail(t, "a request was sent", r.URL.String())
		return nil, errors.New("unreachable")
	}))
}

// requireRefused requires that a call was refused because of field, with one line of text.
func requireRefused[R any](t *testing.T, resp *R, err error, field, reason string) {
	t.Helper()
	e := requireError[argumentError](t, resp, err)
	assert.NotEmpty(t, e.Op)
	assert.Equal(t, field, e.Field)
	assert.Contains(t, e.Reason, reason)
	assert.NotContains(t, err.Error(), "\n")
	assert.Less(t, len(err.Error()), 700)
}

func TestArguments_request(t *testing.T) {
	t.Parallel()
	client := offlineClient(t)
	discovery := client.B2B.Discovery.IntermediateSessions
	full := func() *intermediatesessions.ExchangeRequest {
		return &intermediatesessions.ExchangeRequest{IntermediateSessionToken: token, OrganizationID: "organization-1"}
	}
	t.Run("a nil request is an empty one", func(t *testing.T) {
		t.Parallel()
		resp, err := discovery.Exchange(t.Context(), nil)
		requireRefused(t, resp, err, "intermediate_session_token", "is required")
	})
	t.Run("a nil request is sent as an empty one if no field is required", func(t *testing.T) {
		t.Parallel()
		var body string
		client := newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			body = bodyOf(t, r)
			return respond(r, http.StatusOK, jsonOK), nil
		}))
		_, err := client.B2B.Sessions.Revoke(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, "{}", body)
	})
	t.Run("an empty required field of the body is refused", func(t *testing.T) {
		t.Parallel()
		req := full()
		req.OrganizationID = ""
		resp, err := discovery.Exchange(t.Context(), req)
		requireRefused(t, resp, err, "organization_id", "is required")
	})
	t.Run("an empty required parameter of the query is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "organization-1"})
		requireRefused(t, resp, err, "member_id", "is required")
	})
	t.Run("a nil context is refused", func(t *testing.T) {
		t.Parallel()
		var none context.Context
		resp, err := discovery.Exchange(none, full())
		requireRefused(t, resp, err, "ctx", "is nil")
	})
	t.Run("a nil option is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := discovery.Exchange(t.Context(), full(), shared.WithTimeout(1), nil)
		requireRefused(t, resp, err, "opts", "nil option")
	})
	t.Run("a service that was not made with New is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := new(intermediatesessions.Service).Exchange(t.Context(), full())
		requireRefused(t, resp, err, "cfg", "make services with New")
	})
	t.Run("a service made with a nil configuration is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := intermediatesessions.New(nil).Exchange(t.Context(), full())
		requireRefused(t, resp, err, "cfg", "is nil")
	})
	t.Run("a service made with an empty configuration is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := intermediatesessions.New(new(shared.FetchConfig)).Exchange(t.Context(), full())
		requireRefused(t, resp, err, "cfg", "has no base URL")
	})
	t.Run("a request that is not a pointer to a struct is refused", func(t *testing.T) {
		t.Parallel()
		op := &transport.Op{Name: "test.op", Method: "POST", Path: "/v1/test"}
		cfg := &shared.FetchConfig{BaseURL: &url.URL{Scheme: "https", Host: "auth.example"}}
		for _, req := range []any{nil, 7, "request", new(7), struct{}{}, map[string]any{}} {
			resp, err := transport.Call[envelope](t.Context(), cfg, op, req)
			requireRefused(t, resp, err, "req", "not a pointer to a request")
		}
	})
}

// failing is a value whose MarshalJSON fails.
type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no: " + token) }

func TestArguments_unencodable(t *testing.T) {
	t.Parallel()
	client := offlineClient(t)
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	var deep any
	for range 9999 {
		deep = []any{deep}
	}
	for name, tt := range map[string]struct {
		claims map[string]any
		reason string
	}{
		"a channel":                  {map[string]any{"a": make(chan int)}, "chan int"},
		"a function":                 {map[string]any{"a": func() {}}, "func()"},
		"a complex number":           {map[string]any{"a": 1i}, "complex128"},
		"a NaN":                      {map[string]any{"a": math.NaN()}, "float64"},
		"an infinity":                {map[string]any{"a": []any{1, math.Inf(1)}}, "float64"},
		"a map that contains itself": {cyclic, "cannot be encoded"},
		"a key that is not a string": {map[string]any{"a": map[bool]any{true: 1}}, "cannot be encoded"},
		"a failing MarshalJSON":      {map[string]any{"a": failing{}}, "failing"},
		"raw JSON with a name twice": {map[string]any{"a": json.RawMessage(`{"b":1,"b":2}`)}, "a name occurs twice"},
		"raw JSON of half an emoji":  {map[string]any{"a": json.RawMessage(`"\ud83d"`)}, "not valid UTF-8"},
		"lists 9 999 deep":           {map[string]any{"a": deep}, "nested too deeply"},
		"lists 20 000 deep":          {map[string]any{"a": []any{[]any{[]any{deep}}}}, "cannot be encoded"},
		"a key of several lines":     {map[string]any{"a\nb": make(chan int)}, "chan int"},
		"a key of a megabyte":        {map[string]any{strings.Repeat("a", 1<<20): 1i}, "complex128"},
	} {
		t.Run(name+" in custom claims is refused, without its value", func(t *testing.T) {
			t.Parallel()
			resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
				IntermediateSessionToken: token, OrganizationID: "organization-1", SessionCustomClaims: tt.claims,
			})
			e := requireError[argumentError](t, resp, err)
			assert.True(t, e.Field == "session_custom_claims" || strings.HasPrefix(e.Field, "session_custom_claims.a"), e.Field)
			assert.Contains(t, e.Reason, tt.reason)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 700)
		})
	}
	t.Run("text that is not UTF-8 is refused in a field of the body", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
			IntermediateSessionToken: token + "\xff", OrganizationID: "organization-1",
		})
		requireRefused(t, resp, err, "intermediate_session_token", "not valid UTF-8")
	})
	t.Run("text that is not UTF-8 is refused in the query", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.Get(t.Context(),
			&sessions.GetRequest{OrganizationID: "organization-1", MemberID: "cAnArY\xff"})
		requireRefused(t, resp, err, "member_id", "not valid UTF-8")
	})
	t.Run("text that is not UTF-8 is refused in the path", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: "cAnArY\xff"})
		requireRefused(t, resp, err, "project_id", "not valid UTF-8")
	})
}

func TestArguments_options(t *testing.T) {
	t.Parallel()
	client := offlineClient(t)
	for name, tt := range map[string]struct{ key, value, field, reason string }{
		"an empty name":            {"", "v", "header", "name"},
		"a name with a space":      {"X A", "v", "header", "name"},
		"a name with a colon":      {"X:", "v", "header", "name"},
		"a name with a line break": {"X\r\nHost", "v", "header", "name"},
		"a name beyond ASCII":      {"X-ä", "v", "header", "name"},
		"a value with line breaks": {"X-A", "cAnArY\r\nX-B: 1", "header X-A", "cannot carry"},
		"a value with a NUL":       {"X-A", "cAnArY\x00", "header X-A", "cannot carry"},
		"a value with a DEL":       {"X-A", "cAnArY\x7f", "header X-A", "cannot carry"},
		"Authorization":            {"authorization", "Basic cAnArY", "header Authorization", "by the SDK"},
		"Host":                     {"HOST", "cAnArY.example", "header Host", "by the SDK"},
		"User-Agent":               {"User-Agent", "cAnArY", "header User-Agent", "by the SDK"},
		"Accept":                   {"accept", "cAnArY", "header Accept", "by the SDK"},
		"Accept-Encoding":          {"Accept-Encoding", "cAnArY", "header Accept-Encoding", "by the SDK"},
		"Content-Type":             {"content-type", "cAnArY", "header Content-Type", "by the SDK"},
		"Content-Length":           {"content-length", "1", "header Content-Length", "by the SDK"},
		"Content-Encoding":         {"content-encoding", "gzip", "header Content-Encoding", "by the SDK"},
		"Transfer-Encoding":        {"transfer-encoding", "chunked", "header Transfer-Encoding", "by the SDK"},
		"the caller's session":     {"x-stytch-member-session", "cAnArY", "header X-Stytch-Member-Session", "by the SDK"},
		"the caller's JWT":         {"X-Stytch-Member-SessionJWT", "cAnArY", "header X-Stytch-Member-Sessionjwt", "by the SDK"},
		"Idempotency-Key":          {"idempotency-key", "cAnArY", "header Idempotency-Key", "would make net/http repeat requests"},
		"X-Idempotency-Key":        {"x-idempotency-key", "cAnArY", "header X-Idempotency-Key", "would make net/http repeat requests"},
	} {
		t.Run("WithHeader refuses "+name, func(t *testing.T) {
			t.Parallel()
			resp, err := getSessions(t.Context(), client, shared.WithHeader(tt.key, tt.value))
			requireRefused(t, resp, err, tt.field, tt.reason)
		})
	}
	t.Run("an option that the caller wrote is checked too", func(t *testing.T) {
		t.Parallel()
		resp, err := getSessions(t.Context(), client, func(o *shared.RequestOptions) {
			o.Header = http.Header{"authorization": {"cAnArY"}}
		})
		requireRefused(t, resp, err, "header authorization", "by the SDK")
	})
	t.Run("WithAuthorization is refused by an operation that does not support it", func(t *testing.T) {
		t.Parallel()
		for _, a := range []shared.Authorization{{SessionToken: callerToken}, {SessionJWT: callerJWT}} {
			resp, err := exchange(t.Context(), client, shared.WithAuthorization(a))
			requireRefused(t, resp, err, "authorization", "on behalf of a session")
		}
	})
	t.Run("WithAuthorization refuses a session token beside a session JWT", func(t *testing.T) {
		t.Parallel()
		both := shared.Authorization{SessionToken: callerToken, SessionJWT: callerJWT}
		resp, err := client.B2B.Sessions.Revoke(t.Context(), nil, shared.WithAuthorization(both))
		requireRefused(t, resp, err, "authorization", "one of them")
		_, err = client.B2B.Sessions.Revoke(t.Context(), nil, shared.WithAuthorization(shared.Authorization{SessionToken: callerToken}),
			func(o *shared.RequestOptions) { o.Authorization.SessionJWT = callerJWT })
		require.Error(t, err)
	})
	t.Run("WithAuthorization refuses to act for nobody, with the rights of the project", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.Revoke(t.Context(), nil, shared.WithAuthorization(shared.Authorization{}))
		requireRefused(t, resp, err, "authorization", "neither")
	})
	t.Run("WithAuthorization refuses what a header cannot hold", func(t *testing.T) {
		t.Parallel()
		for field, a := range map[string]shared.Authorization{
			"authorization.session_token": {SessionToken: callerToken + "\r\nX-Admin: 1"},
			"authorization.session_jwt":   {SessionJWT: callerJWT + "\x00"},
		} {
			resp, err := client.B2B.Sessions.Revoke(t.Context(), nil, shared.WithAuthorization(a))
			requireRefused(t, resp, err, field, "cannot carry")
		}
	})
}

func TestOptions_setHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	service := sessions.New(&shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "auth.example"}, UserAgent: "test/1",
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.Header
			return respond(r, http.StatusOK, jsonOK), nil
		})},
	})
	_, err := service.Revoke(t.Context(), nil,
		shared.WithHeader("x-request-id", "first"),
		shared.WithHeader("X-Request-Id", "second ä"),
		shared.WithAuthorization(shared.Authorization{SessionToken: callerToken}),
		shared.WithAuthorization(shared.Authorization{SessionJWT: callerJWT}))
	require.NoError(t, err)
	assert.Equal(t, http.Header{
		"Accept":                     {"application/json"},
		"Content-Type":               {"application/json"},
		"User-Agent":                 {"test/1"},
		"X-Request-Id":               {"second ä"},
		"X-Stytch-Member-Sessionjwt": {callerJWT},
	}, got, "of two options for one setting, the later one counts")
}
