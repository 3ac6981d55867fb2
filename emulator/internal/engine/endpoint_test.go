package engine_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var errRefused = errors.New("refused")

// endpointServer serves one project with a role "editor" and an endpoint, which ends in an error if its query has one.
func endpointServer(t *testing.T, endpoint engine.Endpoint) (*engine.Server, *engine.Project) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	p := engine.NewProject(state.Config{ProjectID: "project-test-1", Log: log}, "secret-test-1", time.Now)
	require.NoError(t, p.Do(func(tx *state.Tx) error {
		tx.Roles.Put(&state.Role{RoleID: "editor"})
		return nil
	}))
	endpoint.Run = func(tx *engine.Tx) (*engine.Reply, error) {
		tx.Roles.Put(&state.Role{RoleID: "changed"})
		if tx.Request().URL.Query().Has("error") {
			return nil, errRefused
		}
		return engine.Redirect(tx.BaseURL() + "/" + tx.Param("role") + "/" + string(tx.Body())), nil
	}
	return engine.NewServer([]engine.Route{endpoint.Route()}, only(p), log), p
}

func answer(t *testing.T, server *engine.Server, url string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader("body")))
	return w
}

func TestEndpoint_belongsToTheProjectThatItsFinderFinds(t *testing.T) {
	t.Parallel()
	fitsRole := func(tx *state.Tx, _ *http.Request, params map[string]string) engine.Fit {
		if tx.Roles.Get(params["role"]) == nil {
			return engine.FitsNot
		}
		return engine.FitsPath
	}
	for name, row := range map[string]struct {
		find      engine.Finder
		path      string
		good, bad string
		code      stytcherror.Code
	}{
		"path": {engine.ByProjectID, "/v1/{project_id}/{role}", "/v1/project-test-1/a", "/v1/project-test-2/a", stytcherror.CodeProjectNotFound},
		"token": {
			engine.ByPublicToken, "/v1/start/{role}", "/v1/start/a?public_token=" + state.PublicToken("project-test-1"),
			"/v1/start/a?public_token=" + state.PublicToken("project-test-2"), stytcherror.CodePublicTokenNotFound,
		},
		"no token": {
			engine.ByPublicToken, "/v1/start/{role}", "/v1/start/a?public_token=" + state.PublicToken("project-test-1"),
			"/v1/start/a", stytcherror.CodePublicTokenRequired,
		},
		"row": {engine.ByRow(ops.ErrMemberNotFound, nil, fitsRole), "/v1/{role}", "/v1/editor", "/v1/writer", stytcherror.CodeMemberNotFound},
	} {
		info := &ops.Info{ID: "public.test", Method: "POST", Path: row.path}
		server, _ := endpointServer(t, engine.Endpoint{Info: info, Project: row.find})
		w := answer(t, server, row.good)
		assert.Equal(t, http.StatusSeeOther, w.Code, name)
		assert.Regexp(t, "^http://example.com/(a|editor)/body$", w.Header().Get("Location"), name)
		assert.Empty(t, w.Header().Get("Content-Type"), name)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), name)
		assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"), "the URL may have a token")
		w = answer(t, server, row.bad)
		assert.Equal(t, row.code.StatusCode(), w.Code, name)
		assert.Contains(t, w.Body.String(), `"error_type":"`+string(row.code)+`"`, name)
	}
}

func TestEndpoint_errorChangesNothingAndIsAnsweredByItsFailure(t *testing.T) {
	t.Parallel()
	endpoint := engine.Endpoint{
		Info: &ops.Info{ID: "public.test", Method: "POST", Path: "/v1/{role}"},
		Project: engine.ByRow(ops.ErrMemberNotFound, nil, func(*state.Tx, *http.Request, map[string]string) engine.Fit {
			return engine.FitsAll
		}),
		Failure: func(err error) *engine.Reply {
			if !errors.Is(err, errRefused) {
				return nil
			}
			return &engine.Reply{Status: http.StatusTeapot, Body: []byte("no")}
		},
	}
	server, p := endpointServer(t, endpoint)
	w := answer(t, server, "/v1/editor?error")
	assert.Equal(t, http.StatusTeapot, w.Code)
	assert.Equal(t, "no", w.Body.String())
	require.NoError(t, p.Do(func(tx *state.Tx) error {
		assert.Nil(t, tx.Roles.Get("changed"))
		return nil
	}))
}
