package idp

import (
	"context"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Metadata is what the metadata of an OIDC provider says (OpenID Connect Discovery 1.0, section 3).
type Metadata struct {
	Issuer           string `json:"issuer"`
	AuthorizationURL string `json:"authorization_endpoint"`
	TokenURL         string `json:"token_endpoint"`
	UserinfoURL      string `json:"userinfo_endpoint"`
	JWKSURL          string `json:"jwks_uri"`
}

// Discover reads the metadata of an OIDC provider. It must be that of the issuer, and each URL one that can be asked. A
// URL that it lacks is empty.
func Discover(ctx context.Context, issuer string) (*Metadata, error) {
	document, err := get(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	m := &Metadata{}
	if json.Unmarshal(document, m) != nil {
		return nil, errors.New("it is not a JSON object with texts")
	}
	if m.Issuer != issuer {
		return nil, errors.New("it is that of another issuer")
	}
	for _, u := range []string{m.AuthorizationURL, m.TokenURL, m.UserinfoURL, m.JWKSURL} {
		if u != "" && state.CheckServerURL(u) != nil {
			return nil, errors.New("it has a URL that is malformed, or neither https nor http on this machine")
		}
	}
	return m, nil
}
