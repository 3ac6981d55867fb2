package flows_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is not for one organization tells nobody who has an account: the API itself does not. What names an organization
// says member_not_found, as the API does.
func TestStrangers_learnNotWhetherAnAddressIsKnown(t *testing.T) {
	t.Parallel()
	h := newCrossHarness(t)
	h.create("ada@example.com")
	h.create("eve@example.com")
	_, err := h.discoverReset("eve@example.com", strong)
	require.NoError(t, err)
	code := wrong(h.discoveryCode("eve@example.com"))
	answer := func(path, address string, body object) answer {
		fields := object{"email_address": address}
		maps.Copy(fields, body)
		data, err := json.Marshal(fields)
		require.NoError(t, err)
		a := h.post("/v1/b2b/"+path, "application/json", string(data), basic(h.ID(), h.Secret()))
		assert.NotEmpty(t, a.body["request_id"])
		delete(a.body, "request_id")
		return a
	}
	for path, row := range map[string]struct {
		known  string
		body   object
		status int
	}{
		"magic_links/email/discovery/send":      {"eve@example.com", nil, http.StatusOK},
		"otps/email/discovery/send":             {"eve@example.com", nil, http.StatusOK},
		"passwords/discovery/email/reset/start": {"eve@example.com", nil, http.StatusOK},
		"otps/email/discovery/authenticate":     {"eve@example.com", object{"code": code}, http.StatusNotFound},
		"passwords/strength_check":              {"eve@example.com", object{"password": "trombone"}, http.StatusOK},
		"passwords/discovery/authenticate":      {"ada@example.com", object{"password": strong}, http.StatusNotFound},
	} {
		known, unknown := answer(path, row.known, row.body), answer(path, "nobody@example.com", row.body)
		assert.Equal(t, row.status, known.status, "%s %v", path, known.body)
		assert.Equal(t, unknown.status, known.status, path)
		assert.Equal(t, unknown.body, known.body, path)
	}
}
