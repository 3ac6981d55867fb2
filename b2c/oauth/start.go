package oauth

import (
	"net/http"

	"github.com/seed75add069/stytch-go/internal/transport"
)

var opStartURL = transport.Op{
	Name: "b2c.oauth.start_url", Method: http.MethodGet, Path: "/v1/public/oauth/{provider}/start",
}

// StartURL builds the URL to send a browser to, for a login with an OAuth provider. Nothing is sent. The login comes back to the
// redirect URL with stytch_token_type set to "oauth" and a token for [Service.Authenticate]. What is missing or cannot
// be sent is a *stytcherror.ArgumentError; whether the redirect URLs are registered, the API says in the browser.
func (s *Service) StartURL(req *StartURLRequest) (string, error) {
	if req == nil {
		req = new(StartURLRequest)
	}
	return transport.URL(s.cfg, &opStartURL, req, transport.Prefixed("provider_", req.ProviderParameters))
}
