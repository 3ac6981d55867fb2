package httpauth

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// format says how an answer is written.
type format uint8

const (
	formatJSON format = iota
	formatHTMX        // JSON, with HX-Redirect
	formatPage        // a browser navigates
)

// formatOf returns the format of the answer to a request.
func formatOf(r *http.Request) format {
	h := r.Header
	switch {
	case h.Get("HX-Request") != "":
		return formatHTMX
	case h.Get("X-Requested-With") != "":
		return formatJSON
	case h.Get("Sec-Fetch-Mode") != "":
		if h.Get("Sec-Fetch-Mode") == "navigate" {
			return formatPage
		}
	case acceptsHTML(h):
		return formatPage
	}
	return formatJSON
}

// acceptsHTML reports whether Accept names text/html and does not exclude it.
func acceptsHTML(h http.Header) bool {
	for _, line := range h["Accept"] {
		for part := range strings.SplitSeq(line, ",") {
			media, params, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(media), "text/html") {
				return !isZeroQuality(params)
			}
		}
	}
	return false
}

func isZeroQuality(params string) bool {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "q") {
			q, err := strconv.ParseFloat(value, 64)
			return err == nil && q == 0
		}
	}
	return false
}

// Write answers a request: a browser that navigates with a redirect to LoginURL, or a page; htmx with HX-Redirect;
// others with JSON. It names no cause. It writes a complete answer, also outside a guard.
func (d *Denial) Write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	d.setHeaders(h)
	setUncached(h)
	format := formatOf(r)
	switch {
	case d.LoginURL == "" || d.status() != http.StatusUnauthorized:
	case format == formatPage:
		h.Set("Location", d.LoginURL)
		w.WriteHeader(http.StatusSeeOther)
		return
	case format == formatHTMX:
		h.Set("HX-Redirect", d.LoginURL)
	}
	if format == formatPage {
		_ = writePage(w, pages, denialPage, d.status(), d.page()) // ours does not fail
		return
	}
	writeJSON(w, d.status(), d.json())
}

// page is what the template of the denial page shows.
func (d *Denial) page() map[string]any {
	return map[string]any{
		"Title": http.StatusText(d.status()), "Text": d.reason().description(),
	}
}

// denialJSON is the body of an answer: that of RFC 6749, section 5.2, and for a step-up what it must prove.
type denialJSON struct {
	Error       Reason       `json:"error"`
	Description string       `json:"error_description"`
	MaxAge      int          `json:"max_age,omitempty"`
	Factors     []FactorKind `json:"factors,omitempty"`
	LoginURL    string       `json:"login_url,omitempty"`
}

func (d *Denial) json() denialJSON {
	body := denialJSON{Error: d.reason(), Description: d.reason().description()}
	if d.reason() == ReasonStepUp {
		body.MaxAge, body.Factors, body.LoginURL = seconds(d.MaxAge), d.Factors, d.LoginURL
	}
	return body
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(body); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// setUncached keeps caches from storing an answer, and from serving it to somebody else.
func setUncached(h http.Header) {
	h.Set("Cache-Control", "no-store")
	if len(h["Vary"]) == 0 {
		h["Vary"] = []string{"Cookie, Authorization"}
		return
	}
	for _, name := range []string{"Cookie", "Authorization"} {
		if !hasToken(h["Vary"], name) {
			h.Add("Vary", name)
		}
	}
}

// hasToken reports whether a list of a header has a token, in any case.
func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

// refuse completes a denial for a request and answers it.
func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, d *Denial) {
	complete := *d
	complete.Reason, complete.Status = d.reason(), d.status()
	if complete.LoginURL == "" {
		complete.LoginURL = g.loginURLFor(r, &complete)
	}
	complete.setHeaders(w.Header())
	if g.config.Respond != nil {
		g.config.Respond(w, r, &complete)
		return
	}
	complete.Write(w, r)
}
