package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Without the other SDK: each call of ours is sent once, and returns the whole answer.
func TestCallOurs(t *testing.T) {
	t.Parallel()
	comparisons, err := load()
	require.NoError(t, err)
	r := newRecorder(comparisons)
	defer r.close()
	outcomes, err := callOurs(t.Context(), r, comparisons)
	require.NoError(t, err)
	require.Len(t, outcomes, len(comparisons), "projects are not unique")
	for _, c := range comparisons {
		o := outcomes[c.Project]
		require.Empty(t, o.err, "%s (%s)", c.Operation, c.Name)
		require.Len(t, o.sent, 1, "%s (%s)", c.Operation, c.Name)
		require.JSONEq(t, string(c.Answer), string(o.answer), "%s (%s)", c.Operation, c.Name)
	}
}

func TestLoad_sessions(t *testing.T) {
	t.Parallel()
	comparisons, err := load()
	require.NoError(t, err)
	var got []string
	for _, c := range comparisons {
		if c.Operation == "b2b.organizations.delete" {
			got = append(got, c.Name)
		}
	}
	assert.Equal(t, []string{
		"b2b client, every field, for the project", "b2b client, every field, for a session token",
		"b2b client, every field, for a session JWT",
	}, got)
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	r := newRecorder([]comparison{{Project: "1", Answer: []byte(`{"a": 1}`)}})
	defer r.close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	send := func(method, url, body, project string) string {
		req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		require.NoError(t, err)
		req.SetBasicAuth(project, "secret")
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		answer, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(answer)
	}
	assert.JSONEq(t, `{"a": 1}`, send("PUT", r.fraud.URL+"/v1/a%2Fb%20c/d?z=1&a=%26&z=0", "{ }", "1"))
	assert.Empty(t, send("GET", r.auth.URL+"/", "", "2"))

	seen := r.take()
	require.Len(t, seen["1"], 1)
	s := seen["1"][0]
	assert.Equal(t, []string{"", "v1", "a/b c", "d"}, s.Path)
	assert.Equal(t, []string{"a=&", "z=0", "z=1"}, s.Query)
	assert.Equal(t, []string{"fraud", "PUT", "{ }"}, []string{s.Host, s.Method, s.Body})
	assert.Len(t, s.Header["Authorization"], 1)
	assert.Equal(t, "auth", seen["2"][0].Host)
	assert.Empty(t, r.take(), "taken twice")
}
