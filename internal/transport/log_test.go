package transport_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// updateRequest is a request with fields in path, query and body.
type updateRequest struct {
	Tenant  string        `json:"tenant" path:"tenant"`
	Verbose *bool         `json:"verbose,omitzero" url:"verbose"`
	Minutes *int          `json:"minutes,omitzero"`
	Name    *string       `json:"name,omitzero"`
	Code    string        `json:"code" stytch:"secret"`
	Roles   []string      `json:"roles,omitzero"`
	Meta    shared.Object `json:"meta,omitzero"`
}

func (r updateRequest) LogValue() slog.Value { return secret.LogRequest(r) }

var opUpdate = transport.Op{Name: "test.update", Method: http.MethodPut, Path: "/v1/{tenant}", Class: transport.Write}

func TestLog_record(t *testing.T) {
	t.Parallel()
	var sent, log bytes.Buffer
	cfg := &shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "auth.example"},
		Logger:  slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, err := sent.ReadFrom(r.Body)
			assert.Equal(t, "/v1/tenant-1", r.URL.Path)
			assert.Equal(t, "verbose=false", r.URL.RawQuery)
			assert.Equal(t, "test.update", shared.OperationFromContext(r.Context()))
			return respond(r, http.StatusOK, jsonOK), err
		})},
	}
	_, err := transport.Call[envelope](t.Context(), cfg, &opUpdate, &updateRequest{
		Tenant: "tenant-1", Verbose: new(false), Minutes: new(60), Code: "cAnArY-code", Roles: []string{},
		Meta: map[string]any{"plan": "pro"},
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"minutes": 60, "code": "cAnArY-code", "roles": [], "meta": {"plan": "pro"}}`, sent.String(),
		"the body has only its own fields")
	for _, want := range []string{
		"op=test.update", "request.tenant=tenant-1", "request.verbose=false", "request.minutes=60",
		"request.code=[redacted]", "request.roles=[]", "request.meta.plan=pro",
	} {
		assert.Contains(t, log.String(), want)
	}
	for _, unwanted := range []string{"cAnArY", "name", "<nil>"} {
		assert.NotContains(t, log.String(), unwanted)
	}
	assert.NotRegexp(t, canarytest.Address, log.String())
}

func TestOperationFromContext(t *testing.T) {
	t.Parallel()
	assert.Empty(t, shared.OperationFromContext(t.Context()))
}
