package transport

import (
	"net/url"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/shared"
)

// URL returns the URL of an operation that a browser opens, with the parameters of req in path and query, and the extra
// ones in the query. Nothing is sent.
func URL(cfg *shared.FetchConfig, op *Op, req any, extra map[string]string) (string, error) {
	c := &call{cfg: cfg, op: op}
	if cfg == nil || c.base() == nil {
		return "", c.refuse("cfg", "has no base URL: make services with New")
	}
	if err := c.encode(req); err != nil {
		return "", err
	}
	query, err := url.ParseQuery(c.url.query)
	if err != nil {
		return "", c.refuse("req", "cannot be encoded as a query")
	}
	for name, value := range extra {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return "", c.refuse(name, "is not valid UTF-8")
		}
		query.Set(name, value)
	}
	var u url.URL
	c.setAddress(&u)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Prefixed returns the parameters with a prefix before their names.
func Prefixed(prefix string, parameters map[string]string) map[string]string {
	prefixed := make(map[string]string, len(parameters))
	for name, value := range parameters {
		prefixed[prefix+name] = value
	}
	return prefixed
}
