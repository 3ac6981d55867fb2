package transport_test

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// formRequest has fields of all types that a form can represent, and two that it cannot.
type formRequest struct {
	Tenant   string         `json:"tenant" path:"tenant"`
	Verbose  *bool          `json:"verbose,omitzero" url:"verbose"`
	Token    string         `json:"token" stytch:"secret"`
	Hint     *string        `json:"hint,omitzero"`
	Lifetime *int           `json:"lifetime,omitzero"`
	Offline  bool           `json:"offline"`
	Scopes   []string       `json:"scopes,omitzero"`
	Claims   map[string]any `json:"claims,omitzero"`
	At       *time.Time     `json:"at,omitzero"`
}

var opForm = transport.Op{
	Name: "test.form", Method: http.MethodPost, Path: "/v1/{tenant}/token", Class: transport.SingleUse, Form: true,
}

// postForm sends req and returns body and header as received.
func postForm(t *testing.T, req *formRequest) (body string, header http.Header, err error) {
	t.Helper()
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		body, header = bodyOf(t, r), r.Header
		assert.Equal(t, "/v1/t/token", r.URL.Path)
		return respond(r, http.StatusOK, jsonOK), nil
	})}
	cfg := &shared.FetchConfig{BaseURL: &url.URL{Scheme: "https", Host: "auth.example"}, HTTPClient: client}
	_, err = transport.Call[struct {
		RequestID string `json:"request_id"`
	}](t.Context(), cfg, &opForm, req)
	return body, header, err
}

func TestForm(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		req  formRequest
		want string
	}{
		"the required fields": {
			formRequest{Tenant: "t", Token: "a"}, "offline=false&token=a",
		},
		"optional fields that are zero, except lists": {
			formRequest{Tenant: "t", Token: "a", Hint: new(""), Lifetime: new(0), Scopes: []string{}},
			"hint=&lifetime=0&offline=false&token=a",
		},
		"everything, a pair per element of a list": {
			formRequest{
				Tenant: "t", Verbose: new(true), Token: "a", Hint: new("h"), Lifetime: new(math.MinInt), Offline: true,
				Scopes: []string{"b", "a"},
			},
			"hint=h&lifetime=" + strconv.Itoa(math.MinInt) + "&offline=true&scopes=b&scopes=a&token=a",
		},
		"special characters, escaped": {
			formRequest{Tenant: "t", Token: "a&b=c+d e%\r\nü\x00"}, "offline=false&token=a%26b%3Dc%2Bd+e%25%0D%0A%C3%BC%00",
		},
	} {
		t.Run("a form has "+name, func(t *testing.T) {
			t.Parallel()
			body, header, err := postForm(t, &tt.req)
			require.NoError(t, err)
			assert.Equal(t, tt.want, body)
			assert.Equal(t, []string{"application/x-www-form-urlencoded"}, header["Content-Type"])
			assert.Equal(t, []string{"application/json"}, header["Accept"])
		})
	}
	for name, tt := range map[string]struct {
		req           formRequest
		field, reason string
	}{
		"a required field that is empty": {formRequest{Tenant: "t"}, "token", "is required"},
		"text that is not UTF-8":         {formRequest{Tenant: "t", Token: "cAnArY\xff"}, "token", "is not valid UTF-8"},
		"a list with text like that":     {formRequest{Tenant: "t", Token: "a", Scopes: []string{"a", "\xff"}}, "scopes", "is not valid UTF-8"},
		"a map":                          {formRequest{Tenant: "t", Token: "a", Claims: map[string]any{}}, "claims", "cannot be encoded as a form"},
		"a time":                         {formRequest{Tenant: "t", Token: "a", At: new(time.Now())}, "at", "cannot be encoded as a form"},
	} {
		t.Run("a form refuses "+name+", by the field's name", func(t *testing.T) {
			t.Parallel()
			_, header, err := postForm(t, &tt.req)
			assert.Nil(t, header, "nothing was sent")
			requireRefused(t, (*formRequest)(nil), err, tt.field, tt.reason)
		})
	}
	t.Run("a form without fields is an empty body", func(t *testing.T) {
		t.Parallel()
		sent := false
		cfg := &shared.FetchConfig{
			BaseURL: &url.URL{Scheme: "https", Host: "auth.example"},
			HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				sent = true
				assert.Zero(t, r.ContentLength)
				assert.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
				return respond(r, http.StatusOK, jsonOK), nil
			})},
		}
		op := &transport.Op{Name: "test.form", Method: http.MethodPost, Path: "/v1", Form: true}
		_, err := transport.Call[struct{}](t.Context(), cfg, op, new(struct{}))
		require.NoError(t, err)
		assert.True(t, sent)
	})
}
