package transport

import (
	"encoding/base64"
	"runtime"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Version is the version of the module.
const Version = "0.1.0"

// UserAgent is what every client calls itself.
func UserAgent() string { return "seed75add069-stytch-go/" + Version + " (" + runtime.Version() + ")" }

// Credentials are the Authorization header of a client's requests, and what of it nobody must see.
type Credentials struct {
	header secret.Text
	hidden []secret.Text
}

// Basic are the credentials of a project (RFC 7617, section 2).
func Basic(user string, password secret.Text) Credentials {
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password.Reveal()))
	return Credentials{header: secret.New("Basic " + pair), hidden: []secret.Text{secret.New(pair), password}}
}

// Bearer are credentials of a single token (RFC 6750, section 2.1).
func Bearer(token secret.Text) Credentials {
	return Credentials{header: secret.New("Bearer " + token.Reveal()), hidden: []secret.Text{token}}
}

// Redact takes the credentials out of text, for FetchConfig.Redact.
func (c Credentials) Redact(text string) string {
	hidden := make([]string, len(c.hidden))
	for i, s := range c.hidden {
		hidden[i] = s.Reveal()
	}
	return secret.Scrub(text, hidden)
}
