package httpauth

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// A Page is a step of a login: what a template gets, and what JSON clients get in its place.
type Page struct {
	// Name is the step: login, sent, confirm, organizations, done or error. So far there is no mfa, enroll or
	// new_password.
	Name string `json:"step"`
	// App is LoginConfig.Name.
	App string `json:"-"`
	// Status is the HTTP status.
	Status int `json:"-"`
	// Action is the path that the form of the step is posted to, and Fields are its hidden fields. Of sent and error
	// it is the path of the page to begin again.
	Action string            `json:"action,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
	// Next is the path to go to after the step done.
	Next string `json:"next,omitempty"`
	// Methods are those to log in by, in the step login.
	Methods []Method `json:"methods,omitempty"`
	// Organizations are those to choose from, in the step organizations.
	Organizations []PageOrganization `json:"organizations,omitempty"`
	// MayFound is set if the person may create an organization.
	MayFound bool `json:"may_found,omitempty"`
	// Factors, CodeSent, QRCode and RecoveryCodes are for second factors. They are not set so far.
	Factors       []FactorKind `json:"factors,omitempty"`
	CodeSent      bool         `json:"code_sent,omitempty"`
	QRCode        template.URL `json:"qr_code,omitempty"`
	RecoveryCodes []string     `json:"recovery_codes,omitempty" stytch:"secret"`
	// Error is what went wrong, for people, and Code the same for programs, as in "invalid_link".
	Error string `json:"error_description,omitempty"`
	Code  string `json:"error,omitempty"`
}

// PageOrganization is an organization to choose.
type PageOrganization struct {
	ID      string `json:"organization_id"`
	Slug    string `json:"organization_slug"`
	Name    string `json:"organization_name"`
	Joining bool   `json:"joining"`         // the person is not a member yet
	Wants   string `json:"wants,omitempty"` // what is missing: "", "primary" or "mfa"
}

// Format writes the step only, whatever the verb: fields and codes may be secret.
func (p Page) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "page "+p.Name) }

// LogValue returns the step only.
func (p Page) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

//go:embed pages/*.html
var pageFiles embed.FS

// pages are the templates of all pages, by the name of the step, and that of a denial.
var pages = parsePages()

const denialPage = "denial"

// steps are the names of the pages that templates can replace.
var steps = []string{"login", "sent", "confirm", "organizations", "error"}

// has reports whether a template is there, and not only its name.
func has(t *template.Template, name string) bool {
	found := t.Lookup(name)
	return found != nil && found.Tree != nil
}

func parsePages() *template.Template {
	root := template.Must(template.New("").ParseFS(pageFiles, "pages/*.html"))
	for _, t := range root.Templates() { // under the step's name
		if name, ok := strings.CutSuffix(t.Name(), ".html"); ok {
			template.Must(root.AddParseTree(name, t.Tree))
		}
	}
	return root
}

// setPageHeaders keeps pages from being framed, and their addresses, which may have tokens, from being sent elsewhere.
func setPageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "+
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// writePage writes a page. A template that fails is answered with 500, and nothing of what it wrote; its error is
// returned.
func writePage(w http.ResponseWriter, t *template.Template, name string, status int, data any) error {
	setPageHeaders(w.Header())
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}

// show writes a page, or the same as JSON.
func (l *Login) show(w http.ResponseWriter, r *http.Request, p *Page) {
	p.App = l.config.Name
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	if formatOf(r) != formatPage {
		writeJSON(w, p.Status, p)
		return
	}
	t := pages
	if has(l.pages, p.Name) {
		t = l.pages
	}
	if err := writePage(w, t, p.Name, p.Status, p); err != nil {
		l.guard.report(r.Context(), Event{Kind: EventDenied, Reason: ReasonUnavailable, Err: err, Pattern: r.Pattern})
	}
}

// proceed leads a browser to a path, and gives others the page.
func (l *Login) proceed(w http.ResponseWriter, r *http.Request, path string, p *Page) {
	switch formatOf(r) {
	case formatPage:
		w.Header().Set("Location", path)
		w.WriteHeader(http.StatusSeeOther)
		return
	case formatHTMX:
		w.Header().Set("HX-Redirect", path)
	case formatJSON:
	}
	l.show(w, r, p)
}
