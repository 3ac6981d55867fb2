package transport

import (
	"net/url"

	"github.com/seed75add069/stytch-go/shared"
)

// URL returns the address of an operation that a browser goes to: req's parameters in path and query, and the further
// ones. Nothing is sent.
func URL(cfg *shared.FetchConfig, op *Op, req any, further map[string]string) (string, error) {
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
	for name, value := range further {
		query.Set(name, value)
	}
	u := c.address()
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Prefixed puts a prefix before the names of parameters.
func Prefixed(prefix string, parameters map[string]string) map[string]string {
	named := make(map[string]string, len(parameters))
	for name, value := range parameters {
		named[prefix+name] = value
	}
	return named
}
