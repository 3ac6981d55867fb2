package project

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A response of half a megabyte takes a tenth of a second to check: in the transaction, all other calls would wait for
// it. So the handler ends its transaction before it knows whether a response is one.
func TestValidateSAML_checksOutsideOfItsTransaction(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	p := engine.NewProject(state.Config{ProjectID: "project-test-1", Log: log}, "secret-test-1", time.Now)
	var atEnd error
	endpoint := engine.Endpoint{
		Info: ops.SAMLShieldValidate, Project: engine.ByBearer,
		Run: func(tx *engine.Tx) (*engine.Reply, error) {
			var reply *engine.Reply
			reply, atEnd = validateSAML(tx)
			return reply, atEnd
		},
	}
	server := engine.NewServer([]engine.Route{endpoint.Route()}, &engine.Projects{
		ByID: func(string) *engine.Project { return p },
		All:  func() []*engine.Project { return []*engine.Project{p} },
	}, log)
	form := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte("<html>"))}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/saml/validate", strings.NewReader(form.Encode()))
	r.Header.Set("Authorization", "Bearer "+p.PublicToken())
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	require.ErrorContains(t, atEnd, "continues outside of its transaction")
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Contains(t, w.Body.String(), "invalid_xml_saml_response")
}
