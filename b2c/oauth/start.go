package oauth

import (
	"net/http"

	"github.com/seed75add069/stytch-go/internal/transport"
)

var opStartURL = transport.Op{
	Name: "b2c.oauth.start_url", Method: http.MethodGet, Path: "/v1/public/oauth/{provider}/start",
}

// StartURL returns the URL to send a browser to, for a login through an OAuth provider. It sends no request. The
// provider sends the browser back to the redirect URL, with stytch_token_type set to "oauth" and a token for
// [Service.Authenticate]. A required field that is missing, or a value that cannot be sent, is a
// *stytcherror.ArgumentError. Whether the redirect URLs are registered is not checked: the API tells the browser.
func (s *Service) StartURL(req *StartURLRequest) (string, error) {
	if req == nil {
		req = new(StartURLRequest)
	}
	return transport.URL(s.cfg, &opStartURL, req, transport.Prefixed("provider_", req.ProviderParameters))
}
