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

// Credentials are the Authorization header of a client's requests and the secrets in it.
type Credentials struct {
	header  secret.Text
	secrets []secret.Text
}

// Basic returns the credentials of a project (RFC 7617, section 2).
func Basic(user string, password secret.Text) Credentials {
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password.Reveal()))
	return Credentials{header: secret.New("Basic " + pair), secrets: []secret.Text{secret.New(pair), password}}
}

// Bearer returns credentials that are a token (RFC 6750, section 2.1).
func Bearer(token secret.Text) Credentials {
	return Credentials{header: secret.New("Bearer " + token.Reveal()), secrets: []secret.Text{token}}
}

// Redact replaces the secrets in text, for FetchConfig.Redact.
func (c Credentials) Redact(text string) string {
	secrets := make([]string, len(c.secrets))
	for i, s := range c.secrets {
		secrets[i] = s.Reveal()
	}
	return secret.Scrub(text, secrets)
}
