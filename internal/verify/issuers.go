package verify

import (
	"strings"

	"github.com/seed75add069/stytch-go/internal/checks"
	"github.com/seed75add069/stytch-go/shared"
)

// stytchIssuer begins the issuers of tokens that were not issued on a custom domain. A project's id follows.
const stytchIssuer = "stytch.com/"

// issuers returns those of the project's tokens: the API's own, the base URL, for custom domains, and the configured
// ones.
func issuers(cfg *shared.FetchConfig) []string {
	var list []string
	if cfg.ProjectID != "" {
		list = append(list, stytchIssuer+cfg.ProjectID)
	}
	configured := cfg.Verification.Issuers
	if cfg.BaseURL != nil {
		configured = append([]string{cfg.BaseURL.String()}, configured...)
	}
	for _, issuer := range configured {
		if issuer = canonicalIssuer(issuer); issuer != "" {
			list = append(list, issuer)
		}
	}
	return list
}

// canonicalIssuer returns an issuer as tokens have it, a URL as checks.Address returns it or stytchIssuer and an id, or
// "" for what is no issuer. Plain http is accepted for any host: an issuer is only compared.
func canonicalIssuer(text string) string {
	if id, ok := strings.CutPrefix(text, stytchIssuer); ok {
		id = strings.TrimRight(id, "/")
		if id == "" || checks.PrintableASCII(id) != "" {
			return ""
		}
		return stytchIssuer + id
	}
	u, reason := checks.Address(text, "", true)
	if text == "" || reason != "" {
		return ""
	}
	return u.String()
}
