package transport

import (
	"encoding/base64"
	"runtime"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Version is the version of the module.
const Version = "0.1.0"

// UserAgent returns the User-Agent header of every client.
func UserAgent() string { return "seed75add069-stytch-go/" + Version + " (" + runtime.Version() + ")" }

// Credentials are the Authorization header of a client's requests.
type Credentials struct {
	header secret.Text
	// Redact replaces the secrets of the header in text, for FetchConfig.Redact.
	Redact func(text string) string
}

// Basic returns the credentials of a project (RFC 7617, section 2).
func Basic(user, password string) Credentials {
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return newCredentials("Basic "+pair, pair, password)
}

// Bearer returns credentials that are a token (RFC 6750, section 2.1).
func Bearer(token string) Credentials { return newCredentials("Bearer "+token, token) }

func newCredentials(header string, secrets ...string) Credentials {
	redact := func(text string) string { return secret.Scrub(text, secrets) }
	return Credentials{header: secret.New(header), Redact: redact}
}
