package emulator_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// The log says why a call was refused, also where the response is a page or has the form of SCIM.
func TestLog_saysWhyAnEndpointRefuses(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	em, err := emulator.New(emulator.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	for target, want := range map[string]string{
		"/v1/public/sso/start?public_token=x":       "error_type=public_token_not_found",
		"/v1/b2b/scim/scim-connection-test-x/Users": `error="The bearer token is not one of a SCIM connection."`,
	} {
		log.Reset()
		w := httptest.NewRecorder()
		em.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
		assert.GreaterOrEqual(t, w.Code, http.StatusBadRequest)
		assert.Contains(t, log.String(), want)
	}
}
