package transport_test

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var redirects = []int{301, 302, 303, 307, 308}

// redirecting responds to every request with a redirect to location.
func redirecting(status int, location func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Location", location())
		w.WriteHeader(status)
	}
}

func TestRedirect_refused(t *testing.T) {
	t.Parallel()
	for _, status := range redirects {
		t.Run("a "+strconv.Itoa(status)+" to another server is refused: that gets no request", func(t *testing.T) {
			t.Parallel()
			other := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) })
			s := serve(t, redirecting(status, func() string { return other.URL + "/v1/steal" }))
			client := newClient(t, s.URL, retrying, quick)

			resp, err := exchange(t.Context(), client)
			requireError[requestError](t, resp, err)
			require.ErrorIs(t, err, stytcherror.ErrRedirect)

			got, err := getSessions(t.Context(), client)
			requireError[requestError](t, got, err)
			require.ErrorIs(t, err, stytcherror.ErrRedirect)

			assert.EqualValues(t, 2, s.requests.Load(), "a refused redirect is not retried")
			assert.Zero(t, other.connections.Load())
		})
		t.Run("a "+strconv.Itoa(status)+" to another server is refused with a caller's http.Client too", func(t *testing.T) {
			t.Parallel()
			other := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) })
			s := serve(t, redirecting(status, func() string { return other.URL }))
			base, err := url.Parse(s.URL)
			require.NoError(t, err)
			follow := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			service := intermediatesessions.New(&shared.FetchConfig{BaseURL: base, HTTPClient: follow})
			resp, err := service.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
				IntermediateSessionToken: token, OrganizationID: "organization-1",
			})
			requireError[requestError](t, resp, err)
			require.ErrorIs(t, err, stytcherror.ErrRedirect)
			assert.Zero(t, other.connections.Load())
			assert.Nil(t, follow.CheckRedirect, "the caller's http.Client is not changed")
		})
	}
	for name, where := range map[string]string{
		"another port":                "http://auth.example:8080/v1/other",
		"another scheme":              "https://auth.example/v1/other",
		"a file":                      "file:///etc/passwd",
		"a host that starts with it":  "http://auth.example.evil.example/",
		"another host without scheme": "//evil.example/v1/other",
		"the host in the fragment":    "http://evil.example#auth.example/",
		"the host as the user":        "http://auth.example@evil.example/",
	} {
		t.Run("a 307 to "+name+" is refused", func(t *testing.T) {
			t.Parallel()
			var urls []string
			resp, err := revokeVia(t, func(r *http.Request) (*http.Response, error) {
				urls = append(urls, r.URL.String())
				return respond(r, http.StatusTemporaryRedirect, "", "Location: "+where), nil
			})
			requireError[requestError](t, resp, err)
			require.ErrorIs(t, err, stytcherror.ErrRedirect)
			assert.Equal(t, []string{"http://auth.example/v1/b2b/sessions/revoke"}, urls)
		})
	}
	for _, status := range []int{301, 302, 303} {
		t.Run("a "+strconv.Itoa(status)+" within the host is refused for a POST, which it would make a GET", func(t *testing.T) {
			t.Parallel()
			s := serve(t, redirecting(status, func() string { return "/v1/other" }))
			resp, err := exchange(t.Context(), newClient(t, s.URL))
			requireError[requestError](t, resp, err)
			require.ErrorIs(t, err, stytcherror.ErrRedirect)
			assert.EqualValues(t, 1, s.requests.Load())
		})
	}
	t.Run("a call ends after three redirects", func(t *testing.T) {
		t.Parallel()
		s := serve(t, redirecting(http.StatusTemporaryRedirect, func() string { return "/v1/again" }))
		resp, err := exchange(t.Context(), newClient(t, s.URL))
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, stytcherror.ErrRedirect)
		assert.EqualValues(t, 4, s.requests.Load())
	})
}

// revokeVia makes a call with secrets to http://auth.example, with rt in place of a network.
func revokeVia(t *testing.T, rt roundTrip) (*sessions.RevokeResponse, error) {
	t.Helper()
	service := sessions.New(&shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "http", Host: "auth.example"}, HTTPClient: &http.Client{Transport: rt},
	})
	return service.Revoke(t.Context(), &sessions.RevokeRequest{SessionToken: new(token)},
		shared.WithAuthorization(shared.Authorization{SessionJWT: callerJWT}))
}

func TestRedirect_followed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{307, 308} {
		t.Run("a "+strconv.Itoa(status)+" within the host is followed with method, credentials and body", func(t *testing.T) {
			t.Parallel()
			var seen []string
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				user, _, _ := r.BasicAuth()
				seen = append(seen, strings.Join([]string{r.Method, user, string(body)}, " "))
				if len(seen) == 1 {
					w.Header().Set("Location", "/v2/moved")
					w.WriteHeader(status)
					return
				}
				assert.Equal(t, "/v2/moved", r.URL.Path)
				_, _ = io.WriteString(w, jsonOK)
			})
			_, err := exchange(t.Context(), newClient(t, s.URL))
			require.NoError(t, err)
			require.Len(t, seen, 2)
			assert.Equal(t, "POST "+projectID+` {"intermediate_session_token":"`+token+`","organization_id":"organization-1"}`, seen[0])
			assert.Equal(t, seen[0], seen[1])
		})
	}
	for _, status := range redirects {
		t.Run("a "+strconv.Itoa(status)+" within the host is followed by a GET", func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v1/b2b/sessions" {
					http.Redirect(w, r, "/v2/moved?"+r.URL.RawQuery, status)
					return
				}
				assert.Equal(t, "/v2/moved?member_id=member-1&organization_id=organization-1", r.URL.String())
				_, _ = io.WriteString(w, jsonOK)
			})
			_, err := getSessions(t.Context(), newClient(t, s.URL))
			require.NoError(t, err)
		})
	}
}
