package emulator

import (
	_ "embed"
	"html/template"
	"net/http"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("inbox").Parse(pageText))

// serveInboxPage serves the inbox as HTML: the messages, newest first, and the project's time.
func (e *Emulator) serveInboxPage(w http.ResponseWriter, r *http.Request) {
	p := e.projectFor(r)
	if p == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	_ = page.Execute(w, struct {
		ProjectID string
		Now       time.Time
		To        string
		Messages  []Message
	}{p.id, p.clock.Now(), r.URL.Query().Get("to"), p.inbox.Messages(r.URL.Query().Get("to"))})
}
