package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxControl bounds the body of a control request, in bytes. Snapshots can be large.
	maxControl = 64 << 20
	// maxWait bounds how long a request for the inbox waits for a message.
	maxWait = time.Minute
)

// control is one control endpoint. Its result is sent as JSON, a []byte as it is; an error is a 400.
type control func(p *Project, r *http.Request, body []byte) (any, error)

// newControl serves the endpoints under /_emulator/. Cross-origin requests of a browser that change something are
// refused, and what the others answer cannot be part of a page.
func (e *Emulator) newControl() http.Handler {
	mux := http.NewServeMux()
	for pattern, endpoint := range map[string]control{
		"GET /_emulator/health":       health,
		"GET /_emulator/inbox":        getInbox,
		"GET /_emulator/clock":        getClock,
		"POST /_emulator/clock":       postClock,
		"POST /_emulator/faults":      postFaults,
		"GET /_emulator/snapshot":     getSnapshot,
		"POST /_emulator/snapshot":    postSnapshot,
		"POST /_emulator/reset":       postReset,
		"POST /_emulator/keys/rotate": postRotate,
	} {
		mux.Handle(pattern, e.controlHandler(endpoint))
	}
	mux.HandleFunc("GET /_emulator/{$}", e.serveInboxPage)
	mux.Handle("GET /_emulator", http.RedirectHandler("/_emulator/", http.StatusSeeOther))
	protected := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		protected.ServeHTTP(w, r)
	})
}

// projectFor returns the project that the parameter project_id names, by default the first one, nil if there is none.
func (e *Emulator) projectFor(r *http.Request) *Project {
	if id := r.URL.Query().Get("project_id"); id != "" {
		return e.project(id)
	}
	return e.first
}

func (e *Emulator) controlHandler(endpoint control) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := e.projectFor(r)
		if p == nil {
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such project"})
			return
		}
		body, err := readBody(w, r, maxControl)
		if err != nil {
			refuseControl(w, fmt.Errorf("the body cannot be read or is larger than %d bytes", maxControl))
			return
		}
		out, err := endpoint(p, r, body)
		if err != nil {
			refuseControl(w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	})
}

func refuseControl(w http.ResponseWriter, err error) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, isJSON := v.([]byte)
	if !isJSON {
		var err error
		if body, err = json.Marshal(v, json.Deterministic(true)); err != nil {
			status, body = http.StatusInternalServerError, []byte(`{"error": "the response does not encode"}`)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func health(p *Project, _ *http.Request, _ []byte) (any, error) {
	return map[string]string{"status": "ok", "project_id": p.id}, nil
}

func getInbox(p *Project, r *http.Request, _ []byte) (any, error) {
	query := r.URL.Query()
	if wait := query.Get("wait"); wait != "" {
		d, err := time.ParseDuration(wait)
		if err != nil || d < 0 || d > maxWait {
			return nil, errors.New("wait must be a duration of at most one minute, as in 5s")
		}
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		_, _ = p.inbox.Wait(ctx, query.Get("to")) // if no message came, the list is empty
	}
	return p.inbox.Messages(query.Get("to")), nil
}

func getClock(p *Project, _ *http.Request, _ []byte) (any, error) {
	return map[string]time.Time{"now": p.clock.Now()}, nil
}

func postClock(p *Project, r *http.Request, body []byte) (any, error) {
	var move struct {
		Now     time.Time `json:"now"`
		Advance string    `json:"advance"`
	}
	if len(body) > 0 { // an empty one is refused below
		if err := decode(body, &move); err != nil {
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
		if err := p.clock.advance(d); err != nil {
			return nil, err
		}
	default:
		if err := p.clock.set(move.Now); err != nil {
			return nil, err
		}
	}
	return getClock(p, r, nil)
}

// postFaults adds one fault or a list of them. An empty list removes all.
func postFaults(p *Project, _ *http.Request, body []byte) (any, error) {
	faults := make([]Fault, 1)
	target := any(&faults[0])
	switch jsontext.Value(body).Kind() {
	case jsontext.KindBeginObject:
	case jsontext.KindBeginArray:
		target = &faults
	default:
		return nil, errors.New("the body must be a fault, a JSON object, or a list of faults")
	}
	if err := decode(body, target); err != nil {
		return nil, err
	}
	if len(faults) == 0 {
		p.ClearFaults()
	}
	if err := p.AddFaults(faults...); err != nil {
		return nil, err
	}
	return map[string]int{"armed": len(faults)}, nil
}

func getSnapshot(p *Project, _ *http.Request, _ []byte) (any, error) { return p.Snapshot() }

func postSnapshot(p *Project, _ *http.Request, body []byte) (any, error) {
	return map[string]string{"status": "restored"}, p.Restore(body)
}

func postReset(p *Project, _ *http.Request, _ []byte) (any, error) {
	p.Reset()
	return map[string]string{"status": "reset"}, nil
}

func postRotate(p *Project, _ *http.Request, _ []byte) (any, error) {
	kid, err := p.RotateKeys()
	return map[string]string{"kid": kid}, err
}
