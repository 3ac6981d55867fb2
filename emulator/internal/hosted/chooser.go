// Package hosted is the built-in identity provider, which stands in for those of OAuth and SSO: the page on which a
// person chooses an account, and the page that shows an error.
//
// The two names that matter are [Chooser], what the page shows, and [ParseChoice], what was chosen there.
package hosted

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Chooser is a page on which a person chooses an account of an identity provider, or denies the login. It works without
// scripts.
type Chooser struct {
	// Provider is the name of the identity provider.
	Provider string
	// Organization is the name of the organization to log in to, empty for discovery.
	Organization string
	// RedirectURL is where the login leads.
	RedirectURL string
	Scopes      []string
	// Emails are the addresses that are offered, Email the one that is filled in.
	Emails []string
	Email  string
	// Fields are what else can be typed. None of them must be.
	Fields []Field
	// Action is the URL that the form is posted to.
	Action string
	// Problem says what was wrong with the choice before, empty for none.
	Problem string
}

// Field is a text that a person may type.
type Field struct{ Name, Label, Value string }

// The fields that every form has.
const (
	// fieldEmail is the address that was typed, fieldAccount one that was offered; what was typed comes first.
	fieldEmail   = "email"
	fieldAccount = "account"
	fieldDeny    = "deny"
)

// Choice is what a person has chosen.
type Choice struct {
	// Denied says that the person does not want to log in.
	Denied bool
	// Email is the address of the account. It may be empty or malformed.
	Email string

	values url.Values
}

// ParseChoice reads the form of a [Chooser], in which each field occurs once.
func ParseChoice(values url.Values) (*Choice, error) {
	if !state.IsUTF8(values) {
		return nil, ops.ErrBadRequest.Because("The body is not a form.")
	}
	for name, list := range values {
		if len(list) > 1 {
			return nil, ops.ErrBadRequest.Because("The field %.128q occurs twice.", name)
		}
	}
	c := &Choice{Denied: values.Has(fieldDeny), Email: values.Get(fieldEmail), values: values}
	if c.Email == "" {
		c.Email = values.Get(fieldAccount)
	}
	return c, nil
}

// Value is what was typed into a field, empty for nothing.
func (c *Choice) Value(field string) string { return c.values.Get(field) }

//go:embed chooser.html
var chooserText string

//go:embed error.html
var errorText string

var (
	chooserPage = template.Must(template.New("chooser").Parse(chooserText))
	errorPage   = template.Must(template.New("error").Parse(errorText))
)

// Page is the page.
func (c *Chooser) Page() (*engine.Reply, error) {
	status := http.StatusOK
	if c.Problem != "" {
		status = http.StatusBadRequest
	}
	return page(status, chooserPage, c)
}

// Failure is a page that shows an error, and leads nowhere. It is nil if the error is not one of the API.
func Failure(err error) *engine.Reply {
	e, ok := ops.AsError(err)
	if !ok {
		return nil
	}
	reply, err := page(e.Status, errorPage, e)
	if err != nil {
		return nil
	}
	return reply
}

// policy forbids scripts, frames and all that is loaded. It does not restrict where forms lead: browsers apply that to
// the redirect after a form, too, which leads to another origin.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

func page(status int, t *template.Template, data any) (*engine.Reply, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, err
	}
	return &engine.Reply{Status: status, Body: b.Bytes(), Header: http.Header{
		"Content-Type":            {"text/html; charset=utf-8"},
		"Content-Security-Policy": {policy},
		"X-Frame-Options":         {"DENY"},
		"X-Content-Type-Options":  {"nosniff"},
		"Referrer-Policy":         {"no-referrer"},
		"Cache-Control":           {"no-store"},
	}}, nil
}
