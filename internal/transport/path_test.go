package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sessions"
)

// sentPath returns the target of the request line, as a server reads it, of a GetJWKS for id under base.
func sentPath(ctx context.Context, t testing.TB, base, id string) (string, error) {
	t.Helper()
	var target string
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: projectID, Secret: secretText, BaseURL: base,
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			var wire bytes.Buffer
			require.NoError(t, r.Write(&wire))
			got, err := http.ReadRequest(bufio.NewReader(&wire))
			require.NoError(t, err)
			target = got.RequestURI
			return respond(r, http.StatusOK, jsonOK), nil
		})},
	})
	require.NoError(t, err)
	_, err = client.B2B.Sessions.GetJWKS(ctx, &sessions.GetJWKSRequest{ProjectID: id})
	return target, err
}

func TestPath(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"project-test-1":  "project-test-1",
		"a/b":             "a%2Fb",
		"../admin":        "..%2Fadmin",
		"a%b":             "a%25b",
		"%2e%2e":          "%252e%252e",
		"%2F":             "%252F",
		"a?b=c":           "a%3Fb=c",
		"a#b":             "a%23b",
		`a\b`:             "a%5Cb",
		"a b":             "a%20b",
		" ":               "%20",
		"a+b":             "a+b",
		"a;b,c":           "a%3Bb%2Cc",
		"a:b@c":           "a:b@c",
		"...":             "...",
		".a":              ".a",
		"..;":             "..%3B",
		"a\r\nHost: evil": "a%0D%0AHost:%20evil",
		"a\x00b":          "a%00b",
		"ü/日本":            "%C3%BC%2F%E6%97%A5%E6%9C%AC",
		"\u2024\u2024":    "%E2%80%A4%E2%80%A4",
		"{project_id}":    "%7Bproject_id%7D",
	} {
		t.Run("the id "+id+" is one segment", func(t *testing.T) {
			t.Parallel()
			got, err := sentPath(t.Context(), t, "https://auth.example", id)
			require.NoError(t, err)
			assert.Equal(t, "/v1/b2b/sessions/jwks/"+want, got)
		})
	}
	for name, tt := range map[string]struct{ id, reason string }{
		"that is empty":            {"", "is required"},
		"that is a dot":            {".", "is a dot segment"},
		"that is two dots":         {"..", "is a dot segment"},
		"that is not UTF-8":        {"a\xc3", "is not valid UTF-8"},
		"that is a lone surrogate": {"\xed\xa0\x80", "is not valid UTF-8"},
	} {
		t.Run("an id "+name+" is refused", func(t *testing.T) {
			t.Parallel()
			resp, err := offlineClient(t).B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: tt.id})
			requireRefused(t, resp, err, "project_id", tt.reason)
		})
	}
	for base, want := range map[string]string{
		"https://auth.example/":           "/v1/b2b/sessions/jwks/a%2Fb",
		"https://auth.example/stytch":     "/stytch/v1/b2b/sessions/jwks/a%2Fb",
		"https://auth.example/stytch///":  "/stytch/v1/b2b/sessions/jwks/a%2Fb",
		"https://auth.example/a%2Fb/c%20": "/a%2Fb/c%20/v1/b2b/sessions/jwks/a%2Fb",
	} {
		t.Run("the path of "+base+" is kept as a prefix, with its escapes", func(t *testing.T) {
			t.Parallel()
			got, err := sentPath(t.Context(), t, base, "a/b")
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	t.Run("a prefix keeps its escapes if the path has no parameter", func(t *testing.T) {
		t.Parallel()
		var got *url.URL
		_, err := getSessions(t.Context(), newClient(t, "https://auth.example/a%2Fb", inMemory(func(r *http.Request) (*http.Response, error) {
			got = r.URL
			return respond(r, http.StatusOK, jsonOK), nil
		})))
		require.NoError(t, err)
		assert.Equal(t, "/a%2Fb/v1/b2b/sessions", got.EscapedPath())
	})
}

func TestQuery(t *testing.T) {
	t.Parallel()
	t.Run("parameters are escaped and sorted by name", func(t *testing.T) {
		t.Parallel()
		var got *url.URL
		_, err := newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			got = r.URL
			return respond(r, http.StatusOK, jsonOK), nil
		})).B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "a&b=c d+e%#\n", MemberID: "ü"})
		require.NoError(t, err)
		assert.Equal(t, "member_id=%C3%BC&organization_id=a%26b%3Dc+d%2Be%25%23%0A", got.RawQuery)
	})
}
