package engine

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Project is one project: its credentials, clock, faults and state. It is safe for concurrent use.
type Project struct {
	ID, Secret string
	Clock      *Clock

	config state.Config
	state  atomic.Pointer[state.State]

	mu      sync.Mutex // guards the fields below
	faults  []*Fault
	counted map[string]counted // by operation
	guesses guesses
}

// NewProject returns a project with nothing in it. Its clock runs like now.
func NewProject(config state.Config, secret string, now func() time.Time) *Project {
	config.Log = config.Log.With("project_id", config.ProjectID)
	p := &Project{
		ID: config.ProjectID, Secret: secret, Clock: &Clock{base: now}, config: config, counted: map[string]counted{},
	}
	p.state.Store(state.New(config))
	return p
}

// PublicToken is the token by which browsers name the project. It is no secret.
func (p *Project) PublicToken() string { return state.PublicToken(p.ID) }

// State returns the state. It is another one after Reset and Restore.
func (p *Project) State() *state.State { return p.state.Load() }

// Changed returns a channel that is closed when the state is changed next.
func (p *Project) Changed() <-chan struct{} { return p.State().Changed() }

// Do runs a transaction at the project's time.
func (p *Project) Do(run func(*state.Tx) error) error { return p.State().Do(p.Clock.Now(), run) }

// Reset removes state, settings, keys, messages, faults and what rate limits have counted, and undoes all moves of the
// clock.
func (p *Project) Reset() {
	p.mu.Lock()
	p.faults = nil
	clear(p.counted)
	p.guesses = guesses{}
	p.mu.Unlock()
	p.Clock.reset()
	p.replace(state.New(p.config))
}

// Restore replaces state and messages by those of a snapshot. One that is invalid changes nothing.
func (p *Project) Restore(r io.Reader) error {
	s, err := state.Read(r, p.config)
	if err != nil {
		return err
	}
	p.replace(s)
	return nil
}

func (p *Project) replace(s *state.State) { p.state.Swap(s).Discard() }

// Snapshot writes state and messages as JSON.
func (p *Project) Snapshot(w io.Writer) error { return p.State().Write(w) }

// Settings are the project's settings.
func (p *Project) Settings() (settings state.Settings) {
	_ = p.Do(func(tx *state.Tx) error {
		settings = tx.Settings()
		return nil
	})
	return settings
}

// SetSettings replaces the project's settings.
func (p *Project) SetSettings(settings state.Settings) error {
	return p.Do(func(tx *state.Tx) error { return tx.SetSettings(settings) })
}

// RotateKeys makes a new signing key and returns its id.
func (p *Project) RotateKeys() (kid string, err error) {
	var k *state.Key
	err = p.Do(func(tx *state.Tx) error {
		k = tx.NewKey()
		tx.Later(func() error {
			_, err := k.Private()
			return err
		})
		return nil
	})
	return k.KID, err
}

// Sign returns claims as a JWT, signed with the newest key.
func (p *Project) Sign(claims map[string]any) (token string, err error) {
	err = p.Do(func(tx *state.Tx) error {
		sign.Later(tx, claims, &token)
		return nil
	})
	return token, err
}

// Messages returns the messages to an address or number, newest first, and all of them if to is empty.
func (p *Project) Messages(to string) []state.Message {
	messages, _ := p.State().Inbox(to)
	return messages
}

// ClearMessages removes the messages to an address or number, and all of them if to is empty.
func (p *Project) ClearMessages(to string) {
	_ = p.Do(func(tx *state.Tx) error {
		tx.Messages.DeleteFunc(func(m *state.Message) bool { return to == "" || state.Lower(m.To) == state.Lower(to) })
		return nil
	})
}

// WaitMessage returns the newest message to an address or number. If there is none yet, it waits for one until the
// context ends.
func (p *Project) WaitMessage(ctx context.Context, to string) (state.Message, error) {
	for {
		messages, arrival := p.State().Inbox(to)
		if len(messages) > 0 {
			return messages[0], nil
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return state.Message{}, context.Cause(ctx)
		}
	}
}
