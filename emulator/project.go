package emulator

import (
	"log/slog"
	"sync"
)

// Project is one project of an [Emulator]. It shares nothing with other projects, and is safe for concurrent use.
type Project struct {
	id, secret  string
	redirectURL string
	seed        uint64
	log         *slog.Logger
	clock       *Clock
	inbox       *Inbox

	mu     sync.Mutex // guards the fields below
	ids    *ids
	state  *state
	faults []*Fault
}

func newProject(config Config, id, secret string) *Project {
	return &Project{
		id: id, secret: secret, redirectURL: config.RedirectURL, seed: config.Seed,
		log:   config.Logger.With("project_id", id),
		clock: &Clock{base: config.Now}, inbox: &Inbox{arrival: make(chan struct{})},
		ids: newIDs(config.Seed), state: newState(),
	}
}

// ID returns the project id.
func (p *Project) ID() string { return p.id }

// Secret returns the project's secret.
func (p *Project) Secret() string { return p.secret }

// Clock returns the project's clock, which decides when links, sessions and JWTs expire.
func (p *Project) Clock() *Clock { return p.clock }

// Inbox returns the messages that the project has sent.
func (p *Project) Inbox() *Inbox { return p.inbox }

// Reset removes state, keys, messages and faults, and undoes all moves of the clock. Id and secret stay. Clients do not
// notice: they keep the old keys, and may fetch the new ones only after half a minute of the clock.
func (p *Project) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids, p.state, p.faults = newIDs(p.seed), newState(), nil
	p.clock.reset()
	p.inbox.replace(nil)
}

// RotateKeys makes a new signing key and returns its id. The old keys stay published for thirty days of the project's
// clock, so that tokens signed with them keep verifying.
func (p *Project) RotateKeys() (kid string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, err := newKey(p.clock.Now())
	if err != nil {
		return "", err
	}
	p.state.Keys = append(p.state.Keys, key)
	return key.KID, nil
}

// Sign returns claims as a JWT, signed with the project's newest key. It adds no claim and checks none.
func (p *Project) Sign(claims map[string]any) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.sign(p.clock.Now(), claims)
}
