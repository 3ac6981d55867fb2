package shared_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/shared"
)

// encoders are the two versions of encoding/json.
var encoders = map[string]struct {
	marshal   func(any) ([]byte, error)
	unmarshal func([]byte, any) error
}{
	"encoding/json":    {json.Marshal, json.Unmarshal},
	"encoding/json/v2": {func(v any) ([]byte, error) { return jsonv2.Marshal(v) }, func(b []byte, v any) error { return jsonv2.Unmarshal(b, v) }},
}

type patch struct {
	Name shared.Nullable[string]         `json:"name,omitzero"`
	Max  shared.Nullable[int]            `json:"max,omitzero"`
	Tags shared.Nullable[[]string]       `json:"tags,omitzero"`
	Meta shared.Nullable[map[string]any] `json:"meta,omitzero"`
}

func TestNullable(t *testing.T) {
	t.Parallel()
	for version, encoder := range encoders {
		for want, p := range map[string]patch{
			`{}`: {},
			`{"name":null,"max":null,"tags":null,"meta":null}`: {
				shared.Null[string](), shared.Null[int](), shared.Null[[]string](), shared.Null[map[string]any](),
			},
			`{"name":"","max":0,"tags":[],"meta":{}}`: {
				shared.Set(""), shared.Set(0), shared.Set([]string{}), shared.Set(map[string]any{}),
			},
			`{"name":"a","max":-7,"tags":["b"],"meta":{"c":null}}`: {
				shared.Set("a"), shared.Set(-7), shared.Set([]string{"b"}), shared.Set(map[string]any{"c": nil}),
			},
		} {
			t.Run("absent, null and set differ, by "+version+": "+want, func(t *testing.T) {
				t.Parallel()
				got, err := encoder.marshal(p)
				require.NoError(t, err)
				assert.Equal(t, want, string(got))
				var back patch
				require.NoError(t, encoder.unmarshal(got, &back))
				assert.Equal(t, p, back)
			})
		}
		t.Run("a value of another type is an error, by "+version, func(t *testing.T) {
			t.Parallel()
			p := patch{Max: shared.Set(7)}
			require.Error(t, encoder.unmarshal([]byte(`{"max": "many"}`), &p))
			assert.Equal(t, shared.Set(7), p.Max)
		})
	}
	t.Run("Get returns only a value that was set", func(t *testing.T) {
		t.Parallel()
		for name, tt := range map[string]struct {
			n              shared.Nullable[int]
			value          int
			ok, null, zero bool
		}{
			"absent": {shared.Nullable[int]{}, 0, false, false, true},
			"null":   {shared.Null[int](), 0, false, true, false},
			"zero":   {shared.Set(0), 0, true, false, false},
			"seven":  {shared.Set(7), 7, true, false, false},
		} {
			value, ok := tt.n.Get()
			assert.Equal(t, tt.value, value, name)
			assert.Equal(t, tt.ok, ok, name)
			assert.Equal(t, tt.null, tt.n.IsNull(), name)
			assert.Equal(t, tt.zero, tt.n.IsZero(), name)
		}
	})
}

func FuzzNullable(f *testing.F) {
	for _, seed := range []string{`null`, ` null `, `""`, `"a"`, `7`, `{"a":[null]}`, `nul`, `"`, ``, `[1,2`, `"\ud800"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var n shared.Nullable[any]
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			require.True(t, n.IsZero())
			return
		}
		again, err := json.Marshal(n)
		require.NoError(t, err)
		require.JSONEq(t, text, string(again))
		_, set := n.Get()
		require.Equal(t, !set, n.IsNull())
	})
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	t.Run("a call has three attempts of 10 s each, 30 s in all, and waits for a Retry-After of up to 20 s", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, 3, shared.DefaultMaxAttempts)
		assert.Equal(t, 10*time.Second, shared.DefaultAttemptTimeout)
		assert.Equal(t, 30*time.Second, shared.DefaultTimeout)
		assert.Equal(t, 20*time.Second, shared.DefaultMaxRetryAfter)
		assert.Equal(t, 200*time.Millisecond, shared.DefaultMinDelay)
		assert.Equal(t, 4*time.Second, shared.DefaultMaxDelay)
		assert.Equal(t, 16<<20, shared.DefaultMaxResponseBytes)
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	var raw shared.RawResponse
	var o shared.RequestOptions
	for _, option := range []shared.RequestOption{
		shared.WithHeader("x-a", "1"), shared.WithHeader("X-A", "2"), shared.WithHeader("X-B", "3"),
		shared.WithTimeout(time.Second), shared.WithTimeout(time.Minute),
		shared.WithRetry(shared.RetryPolicy{MaxAttempts: 9}), shared.WithRetry(shared.RetryPolicy{MaxAttempts: 1}),
		shared.WithAuthorization(shared.Authorization{SessionToken: "a"}),
		shared.WithAuthorization(shared.Authorization{SessionJWT: "b"}),
		shared.WithRawResponse(&raw),
	} {
		option(&o)
	}
	t.Run("options are applied in order and the later one wins", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, shared.RequestOptions{
			Authorization: shared.Authorization{SessionJWT: "b"},
			Header:        http.Header{"X-A": {"2"}, "X-B": {"3"}},
			Timeout:       time.Minute,
			Retry:         &shared.RetryPolicy{MaxAttempts: 1},
			Raw:           &raw,
		}, o)
	})
	t.Run("a policy that is changed later does not change the call", func(t *testing.T) {
		t.Parallel()
		p := shared.RetryPolicy{MaxAttempts: 2}
		option := shared.WithRetry(p)
		p.MaxAttempts = 5
		var o shared.RequestOptions
		option(&o)
		assert.Equal(t, 2, o.Retry.MaxAttempts)
	})
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	const canaryText = "cAnArY/0123456789="
	base := &url.URL{Scheme: "https", Host: "auth.example", User: url.UserPassword("user", canaryText)}
	raw := shared.RawResponse{StatusCode: 200, Header: http.Header{"Set-Cookie": {canaryText}}, Body: []byte(canaryText)}
	options := shared.RequestOptions{
		Authorization: shared.Authorization{SessionToken: canaryText, SessionJWT: canaryText},
		Header:        http.Header{"X-Api-Key": {canaryText}}, Timeout: time.Second, Raw: &raw,
	}
	fetch := &shared.FetchConfig{
		ProjectID: "project-test-1", BaseURL: base, FraudBaseURL: base,
		Redact: func(string) string { return canaryText },
	}
	const fetchText = "shared.FetchConfig(project-test-1 at https://user:xxxxx@auth.example)"
	const optionsText = "shared.RequestOptions(authorization: session token [redacted], 1 headers, timeout: 1s)"
	for _, tt := range []struct {
		v    any
		want string
	}{
		{shared.Authorization{SessionToken: canaryText}, "session token [redacted]"},
		{&shared.Authorization{SessionJWT: canaryText}, "session JWT [redacted]"},
		{shared.Authorization{}, "none"},
		{raw, "shared.RawResponse(200, 18 bytes)"},
		{&raw, "shared.RawResponse(200, 18 bytes)"},
		{fetch, fetchText},
		{&shared.FetchConfig{}, "shared.FetchConfig( at )"},
		{options, optionsText},
		{&options, optionsText},
	} {
		t.Run(fmt.Sprintf("a %T shows as %s", tt.v, tt.want), func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, tt.v, canaryText, "cAnArY")
			for _, way := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
				assert.Equal(t, tt.want, canarytest.Print(tt.v)[way])
			}
		})
	}
}
