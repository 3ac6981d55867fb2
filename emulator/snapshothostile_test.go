package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/emulator/internal/b2b"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/project"
)

// hostile are values that no call would store in the place of most values of a kind. The ids are those of rows of another
// organization.
func hostile(old any) []any {
	list := []any{nil, true, object{"a": []any{1}}}
	switch old := old.(type) {
	case string:
		return append(list, "", "x y\x00", "1970-01-01T00:00:00Z", "a@b.cc", "o2", "c3")
	case float64:
		return append(list, -1, 1e18, 0.5)
	case []any:
		return append(list, []any{}, []any{""})
	case bool:
		return append(list, !old)
	}
	return append(list, object{})
}

var (
	pathParameter = regexp.MustCompile(`\{[a-z_]+\}`)
	namedRow      = regexp.MustCompile(`^emulator: snapshot: (there is no field )?(state\.)?[a-z_]+\[[0-9]+\]`)
	index         = regexp.MustCompile(`\[[0-9]+\]`)
)

// reader calls all operations that read, with the ids of a snapshot.
type reader struct {
	*emulator.Emulator
	calls [][3]string // method, path and body
}

func newReader(t *testing.T, snapshot object) *reader {
	t.Helper()
	e, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	s := snapshot["state"].(object)
	org, member := one(s, "organizations", 0)["organization_id"].(string), one(s, "members", 0)["member_id"].(string)
	ids := map[string]string{
		"{organization_id}": org, "{member_id}": member, "{project_id}": e.Project().ID(), "{connected_app_id}": "a", "{connection_id}": "s",
	}
	r := &reader{Emulator: e}
	call := func(method, path, body string) { r.calls = append(r.calls, [3]string{method, path, body}) }
	for _, route := range slices.Concat(b2b.Routes(), project.Routes()) {
		path := pathParameter.ReplaceAllStringFunc(route.Path, func(name string) string {
			switch {
			case name == "{client_id}" && strings.HasPrefix(route.Path, "/v1/m2m"):
				return "billing"
			case name == "{client_id}":
				return "a"
			}
			return ids[name]
		})
		switch {
		case strings.HasSuffix(path, "/member"):
			call(route.Method, path+"?member_id="+member, "")
		case path == "/v1/b2b/sessions":
			call(route.Method, path+"?organization_id="+org+"&member_id="+member, "")
		case isOperation(route) && route.Method == http.MethodGet:
			call(route.Method, path, "")
		case strings.HasSuffix(path, "/members/search"):
			call(route.Method, path, `{"organization_ids": ["`+org+`", "o2"]}`)
		case strings.HasSuffix(path, "/search"):
			call(route.Method, path, "{}")
		}
	}
	session, _ := json.Marshal(object{"session_token": one(s, "sessions", 0)["tokens"].([]any)[0]})
	call(http.MethodPost, "/v1/b2b/sessions/authenticate", string(session))
	call(http.MethodPost, "/v1/b2b/discovery/organizations", string(session))
	return r
}

// isOperation reports whether a route is one of an operation, with the project's secret.
func isOperation(r engine.Route) bool {
	return strings.HasPrefix(r.ID, "b2b.") || strings.HasPrefix(r.ID, "m2m.") || strings.HasPrefix(r.ID, "connected_app.")
}

// read makes all calls, and returns the statuses of responses.
func (r *reader) read(t *testing.T) map[string]int {
	t.Helper()
	statuses := map[string]int{}
	for _, call := range r.calls {
		req := httptest.NewRequestWithContext(t.Context(), call[0], "http://localhost"+call[1], strings.NewReader(call[2]))
		req.SetBasicAuth(r.Project().ID(), r.Project().Secret())
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		statuses[call[0]+" "+call[1]] = w.Code
	}
	return statuses
}

// Whatever stands in a field, a snapshot is refused with a text that says in which row and field, or it is restored, and
// then all calls that read work.
func TestRestore_namesTheFieldOfAnyHostileValue(t *testing.T) {
	t.Parallel()
	snapshot := full(t)
	r := newReader(t, snapshot)
	restore := func() error {
		data, err := json.Marshal(snapshot)
		require.NoError(t, err)
		return r.Project().Restore(data)
	}
	require.NoError(t, restore())
	for call, status := range r.read(t) {
		assert.Less(t, status, 300, call)
	}
	restored, refused := 0, 0
	values("", snapshot, nil, func(path string, old any, put func(any)) {
		fields := strings.Split(index.ReplaceAllString(strings.TrimPrefix(path, ".state"), ""), ".")
		if len(fields) < 3 { // a list, or all of them
			return
		}
		for _, value := range hostile(old) {
			put(value)
			err := restore()
			if err == nil {
				restored++
				for call, status := range r.read(t) {
					assert.Less(t, status, 500, "%s = %.40v: %s", path, value, call)
				}
				continue
			}
			refused++
			assert.Regexp(t, namedRow, err.Error(), "%s = %.40v", path, value)
			if strings.HasSuffix(path, "_id") {
				continue // what names the row in another one may be the field that is wrong
			}
			isNamed := slices.ContainsFunc(fields[2:], func(field string) bool { return strings.Contains(err.Error(), field) })
			assert.True(t, isNamed, "%s = %.40v: %v", path, value, err)
		}
		put(old)
	})
	assert.Greater(t, restored, 500)
	assert.Greater(t, refused, 1500)
}
