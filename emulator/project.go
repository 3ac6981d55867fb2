package emulator

import (
	"bytes"
	"fmt"
	"io"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Project is one project of an [Emulator]. It shares nothing with other projects, and is safe for concurrent use.
type Project struct {
	id, secret string
	core       core
	clock      *Clock
	inbox      *Inbox
}

// core is an [engine.Project]. Each package that imports this one compiles the generic types that fields, and the
// signatures of methods, lead to. By way of an engine.Project those are all tables of the state, which took three
// seconds for every package of tests. So fields have this interface, whose methods lead to no such type, and what has
// an engine.Project or a transaction in its signature is a function, not a method.
type core interface {
	PublicToken() string
	Reset()
	RotateKeys() (kid string, err error)
	Sign(claims map[string]any) (string, error)
	Changed() <-chan struct{}
	Snapshot(w io.Writer) error
	Restore(r io.Reader) error
	ClearFaults()
	ClearMessages(to string)
}

// engineOf returns the engine.Project that c is.
func engineOf(c core) *engine.Project {
	project, _ := c.(*engine.Project)
	return project
}

func newProject(config Config, id, secret string) *Project {
	settings := state.Config{ProjectID: id, Seed: config.Seed, RedirectURL: config.RedirectURL, Log: config.Logger}
	p := engine.NewProject(settings, secret, config.Now)
	return &Project{id: id, secret: secret, core: p, clock: &Clock{p.Clock}, inbox: &Inbox{p}}
}

// ID returns the project id.
func (p *Project) ID() string { return p.id }

// Secret returns the project's secret.
func (p *Project) Secret() string { return p.secret }

// PublicToken returns the token by which start URLs of OAuth and SSO name the project. It is no secret, and the same
// whenever the id is.
func (p *Project) PublicToken() string { return p.core.PublicToken() }

// Clock returns the project's clock, which decides when links, sessions and JWTs expire.
func (p *Project) Clock() *Clock { return p.clock }

// Inbox returns the messages that the project has sent.
func (p *Project) Inbox() *Inbox { return p.inbox }

// Reset removes state, settings, keys, messages and faults, and undoes all moves of the clock. Id and secret stay.
// Clients do not notice: they keep the old keys, and may fetch the new ones only after half a minute of the clock.
func (p *Project) Reset() { p.core.Reset() }

// RotateKeys makes a new signing key and returns its id. The old keys stay published for thirty days of the project's
// clock, so that tokens signed with them keep verifying.
func (p *Project) RotateKeys() (kid string, err error) {
	kid, err = p.core.RotateKeys()
	return kid, wrap(err)
}

// Sign returns claims as a JWT, signed with the project's newest key. It adds no claim and checks none.
func (p *Project) Sign(claims map[string]any) (string, error) {
	token, err := p.core.Sign(claims)
	return token, wrap(err)
}

// wrap says which package an error is of.
func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	return nil
}

// Changed returns a channel that is closed when the project's state is changed next. Moves of the clock and faults are
// no changes. [Project.Reset] and [Project.Restore] close it too.
func (p *Project) Changed() <-chan struct{} { return p.core.Changed() }

// Snapshot returns the project's state and messages as JSON, private keys and tokens included. Clock and faults are not
// part of it. Calls go on while it is encoded.
func (p *Project) Snapshot() ([]byte, error) {
	var b bytes.Buffer
	err := p.WriteSnapshot(&b)
	return b.Bytes(), err
}

// WriteSnapshot is Snapshot without holding all of the JSON in memory at once.
func (p *Project) WriteSnapshot(w io.Writer) error { return wrap(p.core.Snapshot(w)) }

// Restore replaces state and messages by those of a snapshot, of this project or another. A snapshot that is invalid or
// exceeds the bounds in docs/EMULATOR.md changes nothing. One that is written by hand may omit lists, and the default
// roles, which are added; a key is made when it is needed, and all else is empty. Settings that an organization omits
// have their defaults.
func (p *Project) Restore(data []byte) error { return p.ReadSnapshot(bytes.NewReader(data)) }

// ReadSnapshot is Restore without holding all of the JSON in memory at once.
func (p *Project) ReadSnapshot(r io.Reader) error { return wrap(p.core.Restore(r)) }
