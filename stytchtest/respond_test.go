package stytchtest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestRespond(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	get := func() (*organizations.GetResponse, error) {
		return server.Client().B2B.Organizations.Get(t.Context(), &organizations.GetRequest{OrganizationID: "o"})
	}
	server.Respond("b2b.organizations.get",
		`{"organization": {"organization_name": "First"}, "unknown": [1]}`,
		`{"organization": {"organization_name": "Second"}, "status_code": 201, "request_id": "r-2"}`,
		`{"status_code": 400, "error_type": "invalid_organization_id"}`)
	first, err := get()
	require.NoError(t, err)
	assert.Equal(t, "First", first.Organization.OrganizationName)
	assert.Equal(t, 200, first.StatusCode)
	assert.NotEmpty(t, first.RequestID)
	second, err := get()
	require.NoError(t, err)
	assert.Equal(t, "Second", second.Organization.OrganizationName)
	assert.Equal(t, 201, second.StatusCode)
	assert.Equal(t, "r-2", second.RequestID)
	_, err = get()
	require.ErrorIs(t, err, stytcherror.CodeInvalidOrganizationID)
	_, err = get()
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound, "after the last response the emulator handles the operation")
}

func TestRespond_ofTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	server.Respond("m2m.token", `{"access_token": "t", "token_type": "bearer", "expires_in": 3600}`)
	resp, err := server.Client().B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: "m", ClientSecret: "s"})
	require.NoError(t, err)
	assert.Equal(t, "t", resp.AccessToken)
}

var outage = &stytcherror.Error{
	StatusCode: 503, Code: stytcherror.CodeInternalServerError, Message: "Come back later.", URL: "https://stytch.com/docs",
	RequestID: "r-1", RetryAfter: 1500 * time.Millisecond, Details: json.RawMessage(`{"a": 1}`),
}

func TestRespondError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := stytchtest.New(t)
		server.RespondError("b2b.rbac.policy", outage)
		for range 2 {
			_, err := server.Client().B2B.RBAC.Policy(t.Context(), nil)
			got, ok := errors.AsType[*stytcherror.Error](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, 2, got.Retries, "retries get the error too")
			assert.Equal(t, 2*time.Second, got.RetryAfter, "the header is in whole seconds")
			got.Op, got.Retries, got.RetryAfter, got.Body = "", 0, outage.RetryAfter, nil
			assert.JSONEq(t, string(outage.Details), string(got.Details))
			got.Details = outage.Details
			assert.Equal(t, outage, got)
		}
		server.ClearFaults()
		_, err := server.Client().B2B.RBAC.Policy(t.Context(), nil)
		require.NoError(t, err)
	})
}

func TestErrorResponse(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(httpmock.NewBytesResponder(stytchtest.ErrorResponse(
		&stytcherror.Error{StatusCode: 404, Code: stytcherror.CodeSSOTokenNotFound})))
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: "project-test-1", Secret: "secret-test-1", HTTPClient: &http.Client{Transport: mock},
	})
	require.NoError(t, err)
	_, err = client.B2B.SSO.Authenticate(t.Context(), &sso.AuthenticateRequest{SSOToken: "t"})
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)
	got, _ := errors.AsType[*stytcherror.Error](err)
	assert.Equal(t, 404, got.StatusCode)
	assert.NotEmpty(t, got.RequestID)
}

func TestRequests(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	client := server.NewClient(stytch.Config{BaseURL: server.URL()})
	authorization := shared.WithAuthorization(shared.Authorization{SessionToken: "example-session"})
	_, _ = client.B2B.Organizations.Update(t.Context(), &organizations.UpdateRequest{
		OrganizationID: "a b", OrganizationName: new("Name"), ClaimedEmailDomains: []string{},
	}, authorization)
	_, _ = server.Client().B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "o", MemberID: "m/1"})
	_, _ = client.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: "m", ClientSecret: "s"})
	resp, err := http.DefaultClient.Do(must(http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/_emulator/health", nil)))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	got := server.Requests()
	require.Len(t, got, 3, "calls of control endpoints are not kept")
	assert.Equal(t, "PUT /v1/b2b/organizations/a%20b\n"+`{"claimed_email_domains":[],"organization_name":"Name"}`, got[0].String())
	assert.Equal(t, "example-session", got[0].Header.Get("X-Stytch-Member-Session"))
	assert.Equal(t, "GET /v1/b2b/sessions?member_id=m%2F1&organization_id=o", got[1].String())
	assert.Equal(t, "POST /v1/public/"+server.ID()+"/oauth2/token\nclient_id=m&client_secret=s&grant_type=client_credentials", got[2].String())

	got[0].Method = "changed"
	assert.Equal(t, "PUT", server.Requests()[0].Method, "the list is a copy")
	server.Reset()
	assert.Empty(t, server.Requests())
}

func TestRequests_areBounded(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	for range 1001 {
		req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, "http://any.example/v1/x", strings.NewReader("{}")))
		resp, err := server.Transport().RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	assert.Len(t, server.Requests(), 1000)
}

func TestTransport_faults(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	require.NoError(t, server.AddFaults(emulator.Fault{Operation: "b2b.magic_links.discovery.authenticate", Disconnect: true}))
	token := server.MagicLink(ada)
	_, err := server.Client().B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "o", MemberID: "m"})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound, "other operations are not affected")
	body := &closing{Reader: strings.NewReader(`{"discovery_magic_links_token": "` + token + `"}`)}
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, "http://any.example/v1/b2b/magic_links/discovery/authenticate", body))
	req.SetBasicAuth(server.ID(), server.Secret())
	_, err = server.Transport().RoundTrip(req) //nolint:bodyclose // there is no response
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "a lost connection")
	assert.True(t, body.closed)
	assert.Empty(t, req.RequestURI, "the request is not changed")
}

// closing is a body that records whether it was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
