// Package console serves what is not the API: the endpoints under /_emulator/, by which programs control a project, and
// the inbox as a page.
//
// The name that matters is [New].
package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
)

// maxBody bounds the body of a control request, in bytes. That of a snapshot has no bound.
const maxBody = 64 << 20

// endpoint is one control endpoint. Its result is sent as JSON; an error is a 400.
type endpoint func(p *engine.Project, r *http.Request, body []byte) (any, error)

// console finds projects. An empty id is that of the first one.
type console func(id string) *engine.Project

// New serves the endpoints under /_emulator/. It finds a project by its id, the first one if that is empty, nil if
// there is none. Cross-origin requests of a browser that change something are refused, and what the others answer
// cannot be part of a page.
func New(project func(id string) *engine.Project) http.Handler {
	c := console(project)
	mux := http.NewServeMux()
	for pattern, serve := range map[string]endpoint{
		"GET /_emulator/health":       health,
		"GET /_emulator/clock":        getClock,
		"POST /_emulator/clock":       postClock,
		"POST /_emulator/faults":      postFaults,
		"GET /_emulator/settings":     getSettings,
		"POST /_emulator/settings":    postSettings,
		"POST /_emulator/impersonate": postImpersonate,
		"POST /_emulator/reset":       postReset,
		"POST /_emulator/keys/rotate": postRotateKeys,
	} {
		mux.Handle(pattern, c.handler(serve))
	}
	mux.Handle("GET /_emulator/inbox", c.handler(getInbox, "to", "wait"))
	mux.Handle("DELETE /_emulator/inbox", c.handler(deleteInbox, "to"))
	mux.HandleFunc("GET /_emulator/snapshot", c.getSnapshot)
	mux.HandleFunc("POST /_emulator/snapshot", c.postSnapshot)
	mux.HandleFunc("GET /_emulator/{$}", c.inboxPage)
	mux.Handle("GET /_emulator", http.RedirectHandler("/_emulator/", http.StatusSeeOther))
	protected := http.NewCrossOriginProtection().Handler(inJSON(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		protected.ServeHTTP(w, r)
	})
}

// inJSON makes the mux's own refusals, of unknown paths and other methods, JSON.
func inJSON(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusal, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		status := statusWriter{header: w.Header()}
		refusal.ServeHTTP(&status, r)
		text := fmt.Sprintf("there is no endpoint %.128q", r.URL.Path)
		if status.code == http.StatusMethodNotAllowed {
			text = "the endpoint takes " + w.Header().Get("Allow")
		}
		writeJSON(w, status.code, map[string]string{"error": text})
	})
}

// statusWriter keeps the status of a response, and discards the body.
type statusWriter struct {
	header http.Header
	code   int
}

func (w *statusWriter) Header() http.Header            { return w.header }
func (w *statusWriter) WriteHeader(code int)           { w.code = code }
func (w *statusWriter) Write(body []byte) (int, error) { return len(body), nil }

// project returns the project that the parameter project_id names, by default the first one. Without one it answers
// 404 and returns nil. A query that has other parameters than project_id and these is a 400.
func (c console) project(w http.ResponseWriter, r *http.Request, parameters ...string) *engine.Project {
	if err := checkQuery(r.URL.RawQuery, parameters); err != nil {
		refuse(w, err)
		return nil
	}
	p := c(r.URL.Query().Get("project_id"))
	if p == nil {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such project"})
	}
	return p
}

// checkQuery refuses a query that is malformed, or has a parameter twice or another one than project_id and these.
func checkQuery(raw string, parameters []string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return errors.New("the query is malformed")
	}
	for name, values := range query {
		switch {
		case name != "project_id" && !slices.Contains(parameters, name):
			return fmt.Errorf("there is no parameter %.128q", name)
		case len(values) > 1:
			return fmt.Errorf("the parameter %s occurs twice", name)
		}
	}
	return nil
}

func (c console) handler(serve endpoint, parameters ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := c.project(w, r, parameters...)
		if p == nil {
			return
		}
		body, err := engine.ReadBody(w, r, maxBody)
		if err != nil {
			refuse(w, fmt.Errorf("the body cannot be read or is larger than %d bytes", maxBody))
			return
		}
		out, err := serve(p, r, body)
		if err != nil {
			refuse(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	})
}

func refuse(w http.ResponseWriter, err error) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error": "the response does not encode"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
