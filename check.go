package stytch

import (
	"net/url"
	"strings"

	"github.com/seed75add069/stytch-go/internal/checks"
	"github.com/seed75add069/stytch-go/internal/verify"
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
	case !checks.Word(c.ProjectID) || strings.Contains(c.ProjectID, ":"):
		return nil, nil, refuse("ProjectID", "holds characters that no project id has")
	case !checks.Word(c.Secret):
		return nil, nil, refuse("Secret", "holds spaces or control characters")
	}
	if field, reason := checks.Bounds(c.MaxResponseBytes, c.Retry, c.Middleware); reason != "" {
		return nil, nil, refuse(field, reason)
	}
	if field, reason := verify.CheckSettings(c.Verification); reason != "" {
		return nil, nil, refuse("Verification."+field, reason)
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

// checkURL parses an address, or makes the default one, and sees that it is not that of the other environment.
func (c Config) checkURL(field, raw, host string) (*url.URL, error) {
	u, reason := checks.Address(raw, host)
	if reason != "" {
		return nil, refuse(field, reason)
	}
	live := strings.HasPrefix(c.ProjectID, livePrefix)
	switch {
	case live && checks.Loopback(u.Hostname()) && !c.AllowLiveOnLoopback:
		return nil, refuse(field, "is a loopback address and ProjectID a live project (see AllowLiveOnLoopback)")
	case live && strings.EqualFold(u.Hostname(), testHost):
		return nil, refuse(field, "is the test environment and ProjectID a live project")
	case strings.HasPrefix(c.ProjectID, testPrefix) && strings.EqualFold(u.Hostname(), liveHost):
		return nil, refuse(field, "is the live environment and ProjectID a test project")
	}
	return u, nil
}
