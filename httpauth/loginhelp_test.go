package httpauth_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// decode reads the JSON of an answer that says that all is well.
func decode(t *testing.T, p *page, v any) {
	t.Helper()
	require.Equal(t, http.StatusOK, p.Code, p.Body)
	require.Equal(t, "application/json", p.Header().Get("Content-Type"))
	require.NoError(t, json.Unmarshal(p.Body.Bytes(), v))
}

func mfaForAll() *discoveryorganizations.CreateRequest {
	return &discoveryorganizations.CreateRequest{MFAPolicy: new(organizations.MFAPolicyRequiredForAll)}
}

// bodyOf returns the body of the last call of an endpoint, "" if there was none.
func (s *site) bodyOf(path string) (body string) {
	for _, r := range s.Requests() {
		if r.Path == path {
			body = string(r.Body)
		}
	}
	return body
}

// flowOf returns a flow cookie's value.
func flowOf(t *testing.T, fields map[string]string) string {
	t.Helper()
	flow := map[string]any{"t": time.Now().Unix()}
	for name, value := range fields {
		flow[name] = value
	}
	data, err := json.Marshal(flow)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(data)
}

// refusalsOfAnAddress are the errors by which the API refuses to send mail to one address.
var refusalsOfAnAddress = []stytcherror.Code{
	stytcherror.CodeInactiveEmail, stytcherror.CodeEmailNotInAllowlist, stytcherror.CodeEmailInDenylist,
}

func (s *site) refuseAddress(code stytcherror.Code) {
	s.t.Helper()
	s.RespondError(sendLink, &stytcherror.Error{Code: code})
}
