package transport_test

import (
	"context"
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

// unsent is a client that fails the test as soon as it sends anything.
func unsent(t *testing.T) *stytch.Client {
	t.Helper()
	return dial(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
		assert.Fail(t, "something was sent", r.URL.String())
		return nil, errors.New("unreachable")
	}))
}

// refusal checks that a call was refused for field, with no more text than a line.
func refusal[R any](t *testing.T, resp *R, err error, field, reason string) {
	t.Helper()
	e := failure[argumentError](t, resp, err)
	assert.NotEmpty(t, e.Op)
	assert.Equal(t, field, e.Field)
	assert.Contains(t, e.Reason, reason)
	assert.NotContains(t, err.Error(), "\n")
	assert.Less(t, len(err.Error()), 700)
}

func TestArguments_request(t *testing.T) {
	t.Parallel()
	client := unsent(t)
	discovery := client.B2B.Discovery.IntermediateSessions
	full := func() *intermediatesessions.ExchangeRequest {
		return &intermediatesessions.ExchangeRequest{IntermediateSessionToken: token, OrganizationID: "organization-1"}
	}
	t.Run("a nil request is an empty one", func(t *testing.T) {
		t.Parallel()
		resp, err := discovery.Exchange(t.Context(), nil)
		refusal(t, resp, err, "intermediate_session_token", "is required")
	})
	t.Run("a nil request goes out empty where nothing is required", func(t *testing.T) {
		t.Parallel()
		var body string
		client := dial(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			body = bodyOf(t, r)
			return respond(r, http.StatusOK, jsonOK), nil
		}))
		_, err := client.B2B.Sessions.Revoke(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, "{}", body)
	})
	t.Run("a required field of the body that is empty is named", func(t *testing.T) {
		t.Parallel()
		req := full()
		req.OrganizationID = ""
		resp, err := discovery.Exchange(t.Context(), req)
		refusal(t, resp, err, "organization_id", "is required")
	})
	t.Run("a required parameter of the query that is empty is named", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "organization-1"})
		refusal(t, resp, err, "member_id", "is required")
	})
	t.Run("a nil context is refused", func(t *testing.T) {
		t.Parallel()
		var none context.Context
		resp, err := discovery.Exchange(none, full())
		refusal(t, resp, err, "ctx", "is nil")
	})
	t.Run("a nil option is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := discovery.Exchange(t.Context(), full(), shared.WithTimeout(1), nil)
		refusal(t, resp, err, "opts", "nil option")
	})
	t.Run("a service that was not made with New is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := new(intermediatesessions.Service).Exchange(t.Context(), full())
		refusal(t, resp, err, "cfg", "make services with New")
	})
	t.Run("a service made with a nil configuration is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := intermediatesessions.New(nil).Exchange(t.Context(), full())
		refusal(t, resp, err, "cfg", "is nil")
	})
	t.Run("a service made with an empty configuration is refused", func(t *testing.T) {
		t.Parallel()
		resp, err := intermediatesessions.New(new(shared.FetchConfig)).Exchange(t.Context(), full())
		refusal(t, resp, err, "cfg", "has no base URL")
	})
	t.Run("a request that is no struct is refused", func(t *testing.T) {
		t.Parallel()
		op := &transport.Op{Name: "test.op", Method: "POST", Path: "/v1/test"}
		for _, req := range []any{nil, 7, "request", new(7), struct{}{}, map[string]any{}} {
			resp, err := transport.Call[envelope](t.Context(), new(shared.FetchConfig), op, req)
			refusal(t, resp, err, "req", "not a pointer to a request")
		}
	})
}

// failing is a value that cannot say what it is.
type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no: " + token) }

func TestArguments_unencodable(t *testing.T) {
	t.Parallel()
	client := unsent(t)
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	for name, tt := range map[string]struct {
		claims map[string]any
		reason string
	}{
		"a channel":               {map[string]any{"a": make(chan int)}, "chan int"},
		"a function":              {map[string]any{"a": func() {}}, "func()"},
		"a complex number":        {map[string]any{"a": 1i}, "complex128"},
		"a NaN":                   {map[string]any{"a": math.NaN()}, "float64"},
		"an infinity":             {map[string]any{"a": []any{1, math.Inf(1)}}, "float64"},
		"a map that holds itself": {cyclic, "cannot be encoded"},
		"a key that is no text":   {map[string]any{"a": map[bool]any{true: 1}}, "cannot be encoded"},
		"a value that refuses":    {map[string]any{"a": failing{}}, "failing"},
		"a key of several lines":  {map[string]any{"a\nb": make(chan int)}, "chan int"},
		"a key without end":       {map[string]any{strings.Repeat("a", 1<<20): 1i}, "complex128"},
	} {
		t.Run(name+" in custom claims is refused, without its value", func(t *testing.T) {
			t.Parallel()
			resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
				IntermediateSessionToken: token, OrganizationID: "organization-1", SessionCustomClaims: tt.claims,
			})
			e := failure[argumentError](t, resp, err)
			assert.Equal(t, "session_custom_claims", e.Field)
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
		refusal(t, resp, err, "intermediate_session_token", "not valid UTF-8")
	})
	t.Run("text that is not UTF-8 is refused in the query", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.Get(t.Context(),
			&sessions.GetRequest{OrganizationID: "organization-1", MemberID: "cAnArY\xff"})
		refusal(t, resp, err, "member_id", "not valid UTF-8")
	})
	t.Run("text that is not UTF-8 is refused in the path", func(t *testing.T) {
		t.Parallel()
		resp, err := client.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: "cAnArY\xff"})
		refusal(t, resp, err, "project_id", "not valid UTF-8")
	})
}

func TestArguments_options(t *testing.T) {
	t.Parallel()
	client := unsent(t)
	for name, tt := range map[string]struct{ key, value, field, reason string }{
		"an empty name":            {"", "v", "header", "name"},
		"a name with a space":      {"X A", "v", "header", "name"},
		"a name with a colon":      {"X:", "v", "header", "name"},
		"a name with a line break": {"X\r\nHost", "v", "header", "name"},
		"a name beyond ASCII":      {"X-ä", "v", "header", "name"},
		"a value with line breaks": {"X-A", "cAnArY\r\nX-B: 1", "header X-A", "cannot carry"},
		"a value with a NUL":       {"X-A", "cAnArY\x00", "header X-A", "cannot carry"},
		"a value with a DEL":       {"X-A", "cAnArY\x7f", "header X-A", "cannot carry"},
		"Authorization":            {"authorization", "Basic cAnArY", "header Authorization", "the SDK's"},
		"Host":                     {"HOST", "cAnArY.example", "header Host", "the SDK's"},
		"User-Agent":               {"User-Agent", "cAnArY", "header User-Agent", "the SDK's"},
		"Accept":                   {"accept", "cAnArY", "header Accept", "the SDK's"},
		"Accept-Encoding":          {"Accept-Encoding", "cAnArY", "header Accept-Encoding", "the SDK's"},
		"Content-Type":             {"content-type", "cAnArY", "header Content-Type", "the SDK's"},
		"Content-Length":           {"content-length", "1", "header Content-Length", "the SDK's"},
		"Content-Encoding":         {"content-encoding", "gzip", "header Content-Encoding", "the SDK's"},
		"Transfer-Encoding":        {"transfer-encoding", "chunked", "header Transfer-Encoding", "the SDK's"},
		"the caller's session":     {"x-stytch-member-session", "cAnArY", "header X-Stytch-Member-Session", "the SDK's"},
		"the caller's JWT":         {"X-Stytch-Member-SessionJWT", "cAnArY", "header X-Stytch-Member-Sessionjwt", "the SDK's"},
		"Idempotency-Key":          {"idempotency-key", "cAnArY", "header Idempotency-Key", "the SDK's"},
		"X-Idempotency-Key":        {"x-idempotency-key", "cAnArY", "header X-Idempotency-Key", "the SDK's"},
	} {
		t.Run("WithHeader does not take "+name, func(t *testing.T) {
			t.Parallel()
			resp, err := getSessions(t.Context(), client, shared.WithHeader(tt.key, tt.value))
			refusal(t, resp, err, tt.field, tt.reason)
		})
	}
	t.Run("an option of the caller's own making passes the same checks", func(t *testing.T) {
		t.Parallel()
		resp, err := getSessions(t.Context(), client, func(o *shared.RequestOptions) {
			o.Header = http.Header{"authorization": {"cAnArY"}}
		})
		refusal(t, resp, err, "header authorization", "the SDK's")
	})
	t.Run("WithAuthorization is refused by an operation that cannot act for a session", func(t *testing.T) {
		t.Parallel()
		for _, a := range []shared.Authorization{{SessionToken: callerToken}, {SessionJWT: callerJWT}} {
			resp, err := exchange(t.Context(), client, shared.WithAuthorization(a))
			refusal(t, resp, err, "authorization", "on behalf of a session")
		}
	})
	t.Run("WithAuthorization does not take what a header cannot carry", func(t *testing.T) {
		t.Parallel()
		for field, a := range map[string]shared.Authorization{
			"authorization.session_token": {SessionToken: callerToken + "\r\nX-Admin: 1"},
			"authorization.session_jwt":   {SessionJWT: callerJWT + "\x00"},
		} {
			resp, err := client.B2B.Sessions.Revoke(t.Context(), nil, shared.WithAuthorization(a))
			refusal(t, resp, err, field, "cannot carry")
		}
	})
}

func TestOptions_reachTheWire(t *testing.T) {
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
	}, got, "of two options that say the same, the later one wins")
}
