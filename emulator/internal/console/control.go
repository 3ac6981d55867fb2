// Package console serves what is not the API: the endpoints under /_emulator/, by which programs control a project, and
// the inbox as a page.
//
// The name that matters is [New].
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

const (
	// maxControl bounds the body of a control request, in bytes. That of a snapshot has no bound.
	maxControl = 64 << 20
	// maxWait bounds how long a request for the inbox waits for a message.
	maxWait = time.Minute
)

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
		"POST /_emulator/keys/rotate": postRotate,
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
		body, err := engine.ReadBody(w, r, maxControl)
		if err != nil {
			refuse(w, fmt.Errorf("the body cannot be read or is larger than %d bytes", maxControl))
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

func health(p *engine.Project, _ *http.Request, _ []byte) (any, error) {
	return map[string]string{"status": "ok", "project_id": p.ID}, nil
}

func getInbox(p *engine.Project, r *http.Request, _ []byte) (any, error) {
	query := r.URL.Query()
	if wait := query.Get("wait"); wait != "" {
		d, err := time.ParseDuration(wait)
		if err != nil || d < 0 || d > maxWait {
			return nil, errors.New("wait must be a duration of at most one minute, as in 5s")
		}
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		_, _ = p.WaitMessage(ctx, query.Get("to")) // if no message came, the list is empty
	}
	return p.Messages(query.Get("to")), nil
}

func deleteInbox(p *engine.Project, r *http.Request, _ []byte) (any, error) {
	p.ClearMessages(r.URL.Query().Get("to"))
	return map[string]string{"status": "cleared"}, nil
}

func getClock(p *engine.Project, _ *http.Request, _ []byte) (any, error) {
	return map[string]time.Time{"now": p.Clock.Now()}, nil
}

func postClock(p *engine.Project, r *http.Request, body []byte) (any, error) {
	var move struct {
		Now     time.Time `json:"now"`
		Advance string    `json:"advance"`
	}
	if len(body) > 0 { // an empty one is refused below
		if err := strict.Decode(body, &move); err != nil {
			return nil, err
		}
	}
	switch {
	case move.Now.IsZero() == (move.Advance == ""):
		return nil, errors.New(`the body must be {"now": "2026-01-02T03:04:05Z"} or {"advance": "6m"}`)
	case move.Advance != "":
		d, err := time.ParseDuration(move.Advance)
		if err != nil {
			return nil, errors.New("advance must be a duration of at most 292 years, as in 90s, 6m or -1h30m")
		}
		if err := p.Clock.Advance(d); err != nil {
			return nil, err
		}
	default:
		if err := p.Clock.Set(move.Now); err != nil {
			return nil, err
		}
	}
	return getClock(p, r, nil)
}

// postFaults adds one fault or a list of them. An empty list removes all.
func postFaults(p *engine.Project, _ *http.Request, body []byte) (any, error) {
	faults := make([]engine.Fault, 1)
	target := any(&faults[0])
	switch jsontext.Value(body).Kind() {
	case jsontext.KindBeginObject:
	case jsontext.KindBeginArray:
		target = &faults
	default:
		return nil, errors.New("the body must be a fault, a JSON object, or a list of faults")
	}
	if err := strict.Decode(body, target); err != nil {
		return nil, err
	}
	if len(faults) == 0 {
		p.ClearFaults()
	}
	if err := p.AddFaults(faults...); err != nil {
		return nil, err
	}
	return map[string]int{"added": len(faults)}, nil
}

// getSnapshot streams a snapshot.
func (c console) getSnapshot(w http.ResponseWriter, r *http.Request) {
	p := c.project(w, r)
	if p == nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := p.Snapshot(w); err != nil {
		panic(http.ErrAbortHandler) // half of it may have been sent
	}
}

// postSnapshot reads a snapshot as a stream.
func (c console) postSnapshot(w http.ResponseWriter, r *http.Request) {
	p := c.project(w, r)
	if p == nil {
		return
	}
	body := engine.NewBody(w, r)
	if err := p.Restore(body); err != nil {
		_, _ = io.CopyN(io.Discard, body, maxControl) // a client that still sends would not see the response
		refuse(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "restored"})
}

func getSettings(p *engine.Project, _ *http.Request, _ []byte) (any, error) { return p.Settings(), nil }

// postSettings replaces all settings: one that is left out has its default.
func postSettings(p *engine.Project, _ *http.Request, body []byte) (any, error) {
	var settings state.Settings
	if err := strict.Decode(body, &settings); err != nil {
		return nil, err
	}
	if err := p.SetSettings(settings); err != nil {
		return nil, err
	}
	return p.Settings(), nil
}

// postImpersonate begins an impersonation, as the dashboard does.
func postImpersonate(p *engine.Project, _ *http.Request, body []byte) (any, error) {
	var wish struct {
		MemberID    string `json:"member_id"`
		Email       string `json:"impersonator_email_address"`
		ID          string `json:"impersonator_id"`
		RedirectURL string `json:"redirect_url"`
	}
	if err := strict.Decode(body, &wish); err != nil {
		return nil, err
	}
	var begun struct {
		Token string `json:"token"`
		URL   string `json:"url"`
	}
	who := login.Impersonator{Email: wish.Email, ID: wish.ID, RedirectURL: wish.RedirectURL}
	err := p.Do(func(tx *state.Tx) (err error) {
		begun.Token, begun.URL, err = login.StartImpersonation(tx, wish.MemberID, who)
		return err
	})
	return begun, err
}

func postReset(p *engine.Project, _ *http.Request, _ []byte) (any, error) {
	p.Reset()
	return map[string]string{"status": "reset"}, nil
}

func postRotate(p *engine.Project, _ *http.Request, _ []byte) (any, error) {
	kid, err := p.RotateKeys()
	return map[string]string{"kid": kid}, err
}
