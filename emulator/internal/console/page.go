package console

import (
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("inbox").Parse(pageText))

// inboxPage serves the inbox as HTML: the messages, newest first, and the project's time.
func (c console) inboxPage(w http.ResponseWriter, r *http.Request) {
	p := c.project(w, r, "to")
	if p == nil {
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
		Messages  []state.Message
	}{p.ID, p.Clock.Now(), r.URL.Query().Get("to"), p.Messages(r.URL.Query().Get("to"))})
}
