package stytch

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/checks"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	liveHost  = "api.stytch.com"
	testHost  = "test.stytch.com"
	fraudHost = "telemetry.stytch.com"

	livePrefix = "project-live-"
	testPrefix = "project-test-"
)

// Config holds the settings of a [Client]. ProjectID and Secret are required; the zero values of the other fields are
// their defaults. Printing, logging and marshalling a Config do not show the secret.
type Config struct {
	// ProjectID is the project's id, as in "project-test-...". Its prefix decides the environment: "project-live-" the
	// live one, anything else the test one.
	ProjectID string
	// Secret is one of the project's secrets.
	Secret string
	// BaseURL replaces the environment's address of the auth API, for a custom domain or the emulator. It is https,
	// except that http is accepted for loopback hosts. A path is kept as a prefix.
	BaseURL string
	// FraudBaseURL replaces https://telemetry.stytch.com, under the same rules.
	FraudBaseURL string
	// AllowLiveOnLoopback accepts a loopback address for a live project, which is otherwise refused as a mistake.
	AllowLiveOnLoopback bool

	// HTTPClient sends the requests. The client copies it and replaces its CheckRedirect. If nil, the client makes one
	// of its own with at most 128 connections per host; over HTTP/1 further calls wait until one is free.
	HTTPClient *http.Client
	// Middleware wraps the transport; the first one is outermost. The project's credentials are added after the last
	// one, so that no middleware sees them.
	Middleware []func(http.RoundTripper) http.RoundTripper
	// Timeout bounds a whole call, retries included. Zero means 30 seconds, negative no bound.
	Timeout time.Duration
	// Retry bounds the attempts of a call. Its zero value means three attempts of at most ten seconds each.
	Retry shared.RetryPolicy
	// MaxResponseBytes bounds the body of a response, after decompression. Zero means 16 MiB.
	MaxResponseBytes int64

	// Logger receives a record per call at level Debug, with request and response, and one per retry at level Warn.
	// Secrets, tokens and codes are masked. If nil, nothing is logged.
	Logger *slog.Logger
	// Now is the clock for local verification and for Retry-After dates; timeouts and the waits between attempts do not
	// use it. Nil means time.Now.
	Now func() time.Time

	// Verification holds the settings of local verification. Its zero value suits most programs.
	Verification shared.Verification
}

// ConfigFromEnv reads STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_BASE_URL and STYTCH_FRAUD_BASE_URL. A field whose
// variable is not set stays empty. Nothing is checked; [NewClient] does that.
func ConfigFromEnv() Config {
	return Config{
		ProjectID:    os.Getenv("STYTCH_PROJECT_ID"),
		Secret:       os.Getenv("STYTCH_SECRET"),
		BaseURL:      os.Getenv("STYTCH_BASE_URL"),
		FraudBaseURL: os.Getenv("STYTCH_FRAUD_BASE_URL"),
	}
}

func refuse(field, reason string) error {
	return &stytcherror.ArgumentError{Op: "NewClient", Field: field, Reason: reason}
}

// check validates the fields as far as that is possible without calling the API. It returns the base URLs of the auth
// API and of the fraud API.
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
		return nil, nil, refuse("ProjectID", "holds characters that a project id cannot have")
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

// checkURL parses a base URL, or returns that of host if raw is empty. It refuses the host of the other environment.
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

// String returns the project's id and the address of the API, without the secret.
func (c Config) String() string {
	id := c.ProjectID
	if strings.Contains(id, "secret-") { // NewClient refuses that
		id = secret.Marker
	}
	return fmt.Sprintf("stytch.Config(ProjectID: %q, Secret: %s, BaseURL: %s)",
		id, secret.Mask(c.Secret), checks.Printable(c.BaseURL))
}

// Format writes the text of String, whatever the verb.
func (c Config) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue returns the text of String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of String.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
