package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

// maxWait bounds how long a request for the inbox waits for a message.
const maxWait = time.Minute

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
		_, _ = io.CopyN(io.Discard, body, maxBody) // a client that still sends would not see the response
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

func postRotateKeys(p *engine.Project, _ *http.Request, _ []byte) (any, error) {
	kid, err := p.RotateKeys()
	return map[string]string{"kid": kid}, err
}
