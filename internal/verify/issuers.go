package verify

import (
	"net/url"
	"strings"

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

// canonicalIssuer returns an issuer as tokens have it: a URL without a slash at the end, with scheme and host in lower
// case and without the scheme's own port. It returns "" for what is no issuer.
func canonicalIssuer(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\'' }) {
		return ""
	}
	if id, ok := strings.CutPrefix(text, stytchIssuer); ok {
		if id = strings.TrimRight(id, "/"); id == "" {
			return ""
		}
		return stytchIssuer + id
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		strings.ContainsAny(text, "?#") {
		return ""
	}
	u.Host = strings.ToLower(u.Host)
	if u.Scheme == "https" {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	} else {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	}
	return strings.TrimRight(u.String(), "/")
}
