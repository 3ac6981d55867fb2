package stytch

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	liveHost  = "api.stytch.com"
	testHost  = "test.stytch.com"
	fraudHost = "telemetry.stytch.com"

	livePrefix = "project-live-"
	testPrefix = "project-test-"
)

func refuse(field, reason string) error {
	return &stytcherror.ArgumentError{Op: "NewClient", Field: field, Reason: reason}
}

// check refuses what can be known to be wrong without asking the API, and returns the two addresses.
func (c Config) check() (base, fraud *url.URL, err error) {
	switch {
	case c.ProjectID == "":
		return nil, nil, refuse("ProjectID", "is required")
	case c.Secret == "":
		return nil, nil, refuse("Secret", "is required")
	case strings.HasPrefix(c.ProjectID, "secret-"):
		return nil, nil, refuse("ProjectID", "is a secret: the two are swapped")
	case strings.HasPrefix(c.Secret, "project-"):
		return nil, nil, refuse("Secret", "is a project id: the two are swapped")
	case !credential(c.ProjectID) || strings.Contains(c.ProjectID, ":"):
		return nil, nil, refuse("ProjectID", "holds characters that no project id has")
	case !credential(c.Secret):
		return nil, nil, refuse("Secret", "holds spaces or control characters")
	case c.MaxResponseBytes < 0:
		return nil, nil, refuse("MaxResponseBytes", "is negative")
	case c.Retry.MaxAttempts < 0:
		return nil, nil, refuse("Retry.MaxAttempts", "is negative")
	case c.Retry.MinDelay < 0 || c.Retry.MaxDelay < 0 || c.Retry.MaxRetryAfter < 0:
		return nil, nil, refuse("Retry", "has a negative delay")
	}
	for _, m := range c.Middleware {
		if m == nil {
			return nil, nil, refuse("Middleware", "holds a nil function")
		}
	}
	host := testHost
	if strings.HasPrefix(c.ProjectID, livePrefix) {
		host = liveHost
	}
	if base, err = c.checkURL("BaseURL", c.BaseURL, host); err != nil {
		return nil, nil, err
	}
	fraud, err = c.checkURL("FraudBaseURL", c.FraudBaseURL, fraudHost)
	return base, fraud, err
}

// checkURL parses an address, or makes the default one.
func (c Config) checkURL(field, raw, host string) (*url.URL, error) {
	if raw == "" {
		return &url.URL{Scheme: "https", Host: host}, nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !validPort(u.Port()):
		return nil, refuse(field, "is not an absolute URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, refuse(field, "is neither https nor http")
	case u.User != nil:
		return nil, refuse(field, "carries credentials")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, refuse(field, "carries a query or a fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, refuse(field, "is http and not on a loopback host: the secret would travel in the clear")
	}
	live := strings.HasPrefix(c.ProjectID, livePrefix)
	switch {
	case live && loopback(u.Hostname()) && !c.AllowLiveOnLoopback:
		return nil, refuse(field, "is a loopback address and ProjectID a live project (see AllowLiveOnLoopback)")
	case live && strings.EqualFold(u.Hostname(), testHost):
		return nil, refuse(field, "is the test environment and ProjectID a live project")
	case strings.HasPrefix(c.ProjectID, testPrefix) && strings.EqualFold(u.Hostname(), liveHost):
		return nil, refuse(field, "is the live environment and ProjectID a test project")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// loopback reports whether host is this machine: localhost and names under it (RFC 6761, section 6.3), 127/8 and ::1.
func loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// validPort takes what a TCP port can be, or none.
func validPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
}

// credential reports whether s can stand in a Basic header and looks like one word.
func credential(s string) bool {
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == '\uFFFD' {
			return false
		}
	}
	return true
}

// printable is an address without whatever credentials it carries.
func printable(raw string) string {
	if raw == "" {
		return "default"
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "invalid"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
