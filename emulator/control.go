package emulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	// maxControl bounds what a control endpoint reads: a snapshot, mostly.
	maxControl = 64 << 20
	// maxWait bounds how long the inbox is held open for a message.
	maxWait = time.Minute
)

// control is one control endpoint. What it returns is sent as JSON.
type control func(p *Project, r *http.Request) (any, error)

// newControl serves the endpoints under /_emulator/. The parameter project_id chooses the project, the first one by
// default. Pages of other origins may not change anything.
func (e *Emulator) newControl() http.Handler {
	mux := http.NewServeMux()
	for pattern, play := range map[string]control{
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
		mux.Handle(pattern, e.controlHandler(play))
	}
	mux.HandleFunc("GET /_emulator/{$}", e.serveInboxPage)
	mux.Handle("GET /_emulator", http.RedirectHandler("/_emulator/", http.StatusSeeOther))
	return http.NewCrossOriginProtection().Handler(mux)
}

func (e *Emulator) chosen(r *http.Request) *Project {
	if id := r.URL.Query().Get("project_id"); id != "" {
		return e.find(id)
	}
	return e.first
}

func (e *Emulator) controlHandler(play control) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxControl)
		p := e.chosen(r)
		if p == nil {
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such project"})
			return
		}
		out, err := play(p, r)
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, out)
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, isJSON := v.([]byte)
	if !isJSON {
		var err error
		if body, err = json.Marshal(v, json.Deterministic(true)); err != nil {
			status, body = http.StatusInternalServerError, []byte(`{"error": "the answer does not encode"}`)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// readJSON fills v from the body, strictly; an empty body leaves it alone.
func readJSON(r *http.Request, v any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) == 0 {
		return err
	}
	return json.Unmarshal(body, v, json.RejectUnknownMembers(true))
}

func health(p *Project, _ *http.Request) (any, error) {
	return map[string]string{"status": "ok", "project_id": p.id}, nil
}

func getInbox(p *Project, r *http.Request) (any, error) {
	query := r.URL.Query()
	if hold := query.Get("wait"); hold != "" {
		d, err := time.ParseDuration(hold)
		if err != nil || d < 0 || d > maxWait {
			return nil, errors.New("wait must be a duration of at most one minute, as in 5s")
		}
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		_, _ = p.inbox.Wait(ctx, query.Get("to")) // a wait that ends in vain gives an empty list
	}
	return p.inbox.Messages(query.Get("to")), nil
}

type clockAnswer struct {
	Now time.Time `json:"now"`
}

func getClock(p *Project, _ *http.Request) (any, error) { return clockAnswer{p.clock.Now()}, nil }

func postClock(p *Project, r *http.Request) (any, error) {
	var move struct {
		Now     time.Time `json:"now"`
		Advance string    `json:"advance"`
	}
	if err := readJSON(r, &move); err != nil {
		return nil, err
	}
	switch {
	case move.Now.IsZero() == (move.Advance == ""):
		return nil, errors.New(`say {"now": "2026-01-02T03:04:05Z"} or {"advance": "6m"}`)
	case move.Advance != "":
		d, err := time.ParseDuration(move.Advance)
		if err != nil {
			return nil, err
		}
		p.clock.Advance(d)
	default:
		p.clock.Set(move.Now)
	}
	return getClock(p, r)
}

// postFaults takes one fault or a list of them; an empty list disarms all.
func postFaults(p *Project, r *http.Request) (any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var faults []Fault
	if json.Unmarshal(body, &faults, json.RejectUnknownMembers(true)) != nil {
		faults = make([]Fault, 1)
		if err := json.Unmarshal(body, &faults[0], json.RejectUnknownMembers(true)); err != nil {
			return nil, err
		}
	}
	if len(faults) == 0 {
		p.ClearFaults()
	}
	if err := p.AddFaults(faults...); err != nil {
		return nil, err
	}
	return map[string]int{"armed": len(faults)}, nil
}

func getSnapshot(p *Project, _ *http.Request) (any, error) { return p.Snapshot() }

func postSnapshot(p *Project, r *http.Request) (any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return map[string]string{"status": "restored"}, p.Restore(body)
}

func postReset(p *Project, _ *http.Request) (any, error) {
	p.Reset()
	return map[string]string{"status": "reset"}, nil
}

func postRotate(p *Project, _ *http.Request) (any, error) {
	kid, err := p.RotateKeys()
	return map[string]string{"kid": kid}, err
}
