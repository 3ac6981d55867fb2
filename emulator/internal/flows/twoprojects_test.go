package flows_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// twins are two projects of one emulator that were restored from one snapshot, of an organization with a SCIM and an
// SSO connection.
type twins struct {
	projects    [2]*emulator.Project
	apis        [2]*stytch.Client
	url, org    string
	sso         string // the id of the connection
	provisioner *identityProvider
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	e, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	second, err := e.NewProject("", "")
	require.NoError(t, err)
	w := &twins{projects: [2]*emulator.Project{e.Project(), second}, url: server.URL}
	for i, p := range w.projects {
		w.apis[i], err = stytch.NewClient(stytch.Config{
			ProjectID: p.ID(), Secret: p.Secret(), BaseURL: server.URL, FraudBaseURL: server.URL,
		})
		require.NoError(t, err)
		t.Cleanup(w.apis[i].CloseIdleConnections)
	}
	h := &harness{t: t, api: w.apis[0]}
	w.org = h.organization(func(*organizations.CreateRequest) {}).OrganizationID
	created, err := h.api.B2B.SCIM.Connection.Create(t.Context(), &connection.CreateRequest{OrganizationID: w.org})
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c := created.Connection
	w.provisioner = &identityProvider{t, w.org, c.ConnectionID, c.BaseURL, c.BearerToken, &http.Client{Transport: transport}}
	w.sso = h.activeSAML(w.org).ConnectionID
	snapshot, err := e.Project().Snapshot()
	require.NoError(t, err)
	require.NoError(t, second.Restore(snapshot))
	return w
}

// users are the names of the SCIM users of a project.
func (w *twins) users(i int) []string {
	w.provisioner.t.Helper()
	var names []string
	for _, v := range rowsOf(w.provisioner.t, w.projects[i], "scim_users") {
		names = append(names, v.(object)["scim_attributes"].(object)["user_name"].(string))
	}
	return names
}

func rowsOf(t *testing.T, p *emulator.Project, list string) []any {
	t.Helper()
	data, err := p.Snapshot()
	require.NoError(t, err)
	var snapshot struct{ State map[string][]any }
	require.NoError(t, json.Unmarshal(data, &snapshot))
	require.Contains(t, snapshot.State, list)
	return snapshot.State[list]
}

// Where connection and token are the same in two projects, no user gets into the wrong one: the request is refused until
// one of the projects has another token.
func TestTwins_scimReachesTheProjectOfTheToken(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	p := w.provisioner
	p.refuse(http.StatusConflict, "", "POST", "/Users", person("bob@acme.example"))
	p.refuse(http.StatusUnauthorized, "", "POST", "/Users", person("bob@acme.example"), "Authorization", "Bearer x")
	assert.Empty(t, append(w.users(0), w.users(1)...))
	start := &connection.RotateStartRequest{OrganizationID: w.org, ConnectionID: p.id}
	started, err := w.apis[1].B2B.SCIM.Connection.RotateStart(t.Context(), start)
	require.NoError(t, err)
	shared := p.token
	p.token = started.Connection.NextBearerToken
	p.user("second@acme.example")
	p.token = shared
	p.refuse(http.StatusConflict, "", "POST", "/Users", person("bob@acme.example"))
	_, err = w.apis[1].B2B.SCIM.Connection.RotateComplete(t.Context(), (*connection.RotateCompleteRequest)(start))
	require.NoError(t, err)
	p.user("first@acme.example")
	assert.Equal(t, []string{"first@acme.example"}, w.users(0))
	assert.Equal(t, []string{"second@acme.example"}, w.users(1))
}

func TestTwins_ssoEndsInTheProjectWhereItBegan(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	s := newSurfer(t)
	for i, p := range w.projects {
		query := url.Values{"public_token": {p.PublicToken()}, "connection_id": {w.sso}, "login_redirect_url": {loginURL}}
		shown := s.do(w.url+"/v1/public/sso/start?"+query.Encode(), nil)
		require.Equal(t, 200, shown.status, shown.body)
		action := w.url + html.UnescapeString(formAction.FindStringSubmatch(shown.body)[1])
		ended := s.do(action, url.Values{"email": {"bob@example.com"}})
		require.NotNil(t, ended.to, ended.body)
		req := &sso.AuthenticateRequest{SSOToken: ended.to.Query().Get("token")}
		_, err := w.apis[1-i].B2B.SSO.Authenticate(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)
		resp, err := w.apis[i].B2B.SSO.Authenticate(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, "bob@example.com", resp.Member.EmailAddress)
	}
}

// A login that both projects have, because it had begun before the snapshot, ends in neither.
func TestTwins_ssoThatBothHaveBegunIsRefused(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	s := newSurfer(t)
	query := url.Values{"public_token": {w.projects[0].PublicToken()}, "connection_id": {w.sso}}
	shown := s.do(w.url+"/v1/public/sso/start?"+query.Encode(), nil)
	snapshot, err := w.projects[0].Snapshot()
	require.NoError(t, err)
	require.NoError(t, w.projects[1].Restore(snapshot))
	action := w.url + html.UnescapeString(formAction.FindStringSubmatch(shown.body)[1])
	ended := s.do(action, url.Values{"email": {"bob@example.com"}})
	assert.Equal(t, 400, ended.status)
	assert.Contains(t, ended.body, "oidc_invalid_callback_request")
	assert.Empty(t, rowsOf(t, w.projects[1], "sso_tokens"))
}
