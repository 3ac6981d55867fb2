package stytch

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/checks"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
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
	// except that http is accepted for localhost and loopback addresses. A path is kept as a prefix. It must not
	// end with /v1, which the SDK adds.
	BaseURL string
	// FraudBaseURL replaces https://telemetry.stytch.com, under the same rules. If BaseURL is http or loopback, such as
	// the emulator's, the default is BaseURL. The emulator answers 501 to calls that it does not implement.
	FraudBaseURL string
	// AllowLiveOnLoopback accepts a loopback address for a live project, which is otherwise refused as a mistake.
	AllowLiveOnLoopback bool
	// AllowPlainHTTP accepts http for any host of a test project, so that a container can reach the emulator in another
	// one, as in http://emulator:4100. Secret and tokens then travel in the clear. For a live project, it changes
	// nothing.
	AllowPlainHTTP bool

	// HTTPClient sends the requests. The client copies it and replaces its CheckRedirect. If nil, the client uses
	// connections that all such clients share, at most 128 per host; over HTTP/1 further calls wait until one is free.
	// Plain http then takes no proxy, and dials loopback addresses only unless AllowPlainHTTP is set.
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

// ConfigFromEnv reads STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_BASE_URL, STYTCH_FRAUD_BASE_URL and
// STYTCH_ALLOW_PLAIN_HTTP, a bool as strconv.ParseBool reads it: what that refuses, such as yes, is false. A field
// whose variable is not set stays empty. Nothing is checked; [NewClient] does that.
func ConfigFromEnv() Config {
	allowPlainHTTP, _ := strconv.ParseBool(os.Getenv("STYTCH_ALLOW_PLAIN_HTTP"))
	return Config{
		ProjectID:      os.Getenv("STYTCH_PROJECT_ID"),
		Secret:         os.Getenv("STYTCH_SECRET"),
		BaseURL:        os.Getenv("STYTCH_BASE_URL"),
		FraudBaseURL:   os.Getenv("STYTCH_FRAUD_BASE_URL"),
		AllowPlainHTTP: allowPlainHTTP,
	}
}

func refuse(field, reason string) error {
	return &stytcherror.ArgumentError{Op: "NewClient", Field: field, Reason: reason}
}

// check validates the fields as far as that is possible without calling the API. It returns the base URLs of the auth
// API and of the fraud API.
func (c Config) check() (base, fraud *url.URL, err error) {
	if err := c.checkCredentials(); err != nil {
		return nil, nil, err
	}
	if field, reason := checks.Common(c.MaxResponseBytes, c.Retry, c.Middleware); reason != "" {
		return nil, nil, refuse(field, reason)
	}
	if field, reason := verify.CheckSettings(c.Verification); reason != "" {
		return nil, nil, refuse("Verification."+field, reason)
	}
	host := checks.TestHost
	if c.live() {
		host = checks.LiveHost
	}
	if base, err = c.checkURL("BaseURL", c.BaseURL, host); err != nil {
		return nil, nil, err
	}
	if c.FraudBaseURL == "" && checks.MayBeEmulator(base) {
		return base, base, nil
	}
	fraud, err = c.checkURL("FraudBaseURL", c.FraudBaseURL, checks.FraudHost)
	return base, fraud, err
}

// live reports whether the project is a live one.
func (c Config) live() bool { return checks.Environment(c.ProjectID, checks.Project) == "live" }

// plainHTTP reports whether http is accepted for any host.
func (c Config) plainHTTP() bool { return c.AllowPlainHTTP && !c.live() }

// checkID returns why the project's id cannot be one, or "".
func (c Config) checkID() (reason string) {
	reason = checks.Credential(c.ProjectID, checks.Project)
	if reason == "" && strings.Contains(c.ProjectID, ":") {
		return "holds a colon, which a project id cannot have"
	}
	return reason
}

func (c Config) checkCredentials() error {
	if reason := c.checkID(); reason != "" {
		return refuse("ProjectID", reason)
	}
	if reason := checks.Credential(c.Secret, checks.Secret); reason != "" {
		return refuse("Secret", reason)
	}
	switch environment := checks.Environment(c.Secret, checks.Secret); {
	case environment == "live" && !c.live():
		return refuse("Secret", "is of the live environment and ProjectID no live project")
	case environment == "test" && c.live():
		return refuse("Secret", "is of the test environment and ProjectID a live project")
	}
	return nil
}

// checkURL parses the base URL of the API at host, or returns that if raw is empty. It refuses the host of the other
// environment.
func (c Config) checkURL(field, raw, host string) (*url.URL, error) {
	u, reason := checks.BaseURL(raw, host, c.plainHTTP())
	if reason != "" {
		return nil, refuse(field, reason)
	}
	if c.live() {
		if reason := checks.LiveOnLoopback(u, c.AllowLiveOnLoopback); reason != "" {
			return nil, refuse(field, reason)
		}
	}
	switch {
	case c.live() && u.Hostname() == checks.TestHost:
		return nil, refuse(field, "is the test environment and ProjectID a live project")
	case checks.Environment(c.ProjectID, checks.Project) == "test" && u.Hostname() == checks.LiveHost:
		return nil, refuse(field, "is the live environment and ProjectID a test project")
	}
	return u, nil
}

// String returns the project's id and the address of the API, without the secret.
func (c Config) String() string {
	id := c.ProjectID
	if id != "" && c.checkID() != "" { // it may be the secret
		id = secret.Marker
	}
	return fmt.Sprintf("stytch.Config(ProjectID: %q, Secret: %s, BaseURL: %s)",
		id, secret.Mask(c.Secret), checks.PublicAddress(c.BaseURL))
}

// Format writes the text of String, whatever the verb.
func (c Config) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue returns the text of String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of String.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
