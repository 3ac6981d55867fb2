package emulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/b2b"
	"github.com/seed75add069/stytch-go/emulator/internal/console"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/project"
	"github.com/seed75add069/stytch-go/emulator/internal/scim"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Config holds the settings of an [Emulator]. Its zero value works.
type Config struct {
	// ProjectID and Secret are those of the first project. Empty ones are generated. An id has up to 128 of A to Z, a
	// to z, 0 to 9 and ._|-; a secret is of printable ASCII without spaces.
	ProjectID, Secret string
	// RedirectURL is where magic links lead when a request has no redirect URL, unless [Settings] has RedirectURLs.
	// Empty means http://localhost:3000/authenticate.
	RedirectURL string
	// Seed, unless zero, makes ids, tokens and codes the same in every run, and different in each project. Signing keys
	// stay random.
	Seed uint64
	// Logger receives a record per API call and per message sent, with links and codes unmasked. Nil is silent.
	Logger *slog.Logger
	// Hosts are names by which the emulator may be reached over the network, as in "emulator" for
	// http://emulator:4100. Localhost and IP addresses always work. A request for any other host is refused with 403,
	// because a web page could have sent it (DNS rebinding).
	Hosts []string
	// Now is the time that a project's [Clock] starts from, within the years 1970 to 9899. Nil means time.Now.
	Now func() time.Time
}

const defaultRedirectURL = "http://localhost:3000/authenticate"

// secretForm is the form of a secret, which is part of Basic credentials and, in a shell, of the environment.
var secretForm = regexp.MustCompile(`^[!-~]+$`)

// Emulator is an offline Stytch. It is safe for concurrent use.
type Emulator struct {
	config  Config
	hosts   hosts
	api     http.Handler
	control http.Handler

	mu       sync.RWMutex
	projects map[string]*Project
	ordered  []*Project
	first    *Project
}

// New returns an emulator with one project. It refuses an id or secret that [Emulator.NewProject] refuses, a
// RedirectURL that is no http or https URL, Hosts that are no names, and a Now out of bounds.
func New(config Config) (*Emulator, error) {
	config.RedirectURL = cmp.Or(config.RedirectURL, defaultRedirectURL)
	if _, err := state.ParseRedirectURL(config.RedirectURL); err != nil {
		return nil, fmt.Errorf("emulator: RedirectURL: %w", err)
	}
	known, err := newHosts(config.Hosts)
	if err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if err := engine.CheckTime(config.Now()); err != nil {
		return nil, fmt.Errorf("emulator: Now: %w", err)
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	e := &Emulator{config: config, hosts: known, projects: map[string]*Project{}}
	projects := &engine.Projects{
		ByID: func(id string) *engine.Project { return byID(e, id) },
		All:  func() []*engine.Project { return all(e) },
	}
	e.api = engine.NewServer(slices.Concat(b2b.Routes(), project.Routes(), scim.Routes()), projects, config.Logger)
	e.control = console.New(func(id string) *engine.Project { return byID(e, cmp.Or(id, e.first.ID())) })
	first, err := e.NewProject(config.ProjectID, config.Secret)
	if err != nil {
		return nil, err
	}
	e.first = first
	return e, nil
}

// NewProject adds a project with its own state, clock, inbox and faults. An empty id or secret is generated. It
// refuses an id that exists, the id or secret of a live project, and malformed ones, see [Config].
func (e *Emulator) NewProject(id, secret string) (*Project, error) {
	if strings.HasPrefix(id, "project-live-") || strings.HasPrefix(secret, "secret-live-") {
		return nil, errors.New("emulator: the id or secret is that of a live project")
	}
	if id != "" && !state.IDForm.MatchString(id) {
		return nil, fmt.Errorf("emulator: the project id must match %s", state.IDForm)
	}
	if secret != "" && !secretForm.MatchString(secret) {
		return nil, errors.New("emulator: the secret must be printable ASCII without spaces")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	config := e.config
	config.Seed = seedOf(config.Seed, len(e.projects))
	generatedID, generatedSecret := state.Credentials(config.Seed)
	id, secret = cmp.Or(id, generatedID), cmp.Or(secret, generatedSecret)
	if _, taken := e.projects[id]; taken {
		return nil, fmt.Errorf("emulator: project %s exists", id)
	}
	p := newProject(config, id, secret)
	e.projects[id] = p
	e.ordered = append(e.ordered, p)
	return p, nil
}

// seedOf is the seed of the number-th project. The first one has the emulator's, and zero is random for all.
func seedOf(seed uint64, number int) uint64 {
	if seed == 0 || number == 0 {
		return seed
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", seed, number))
	return max(1, binary.LittleEndian.Uint64(sum[:]))
}

// Project returns the first project.
func (e *Emulator) Project() *Project { return e.first }

// byID returns the project with an id, nil if there is none.
func byID(e *Emulator, id string) *engine.Project {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if p := e.projects[id]; p != nil {
		return engineOf(p.core)
	}
	return nil
}

// all returns all projects, oldest first.
func all(e *Emulator) []*engine.Project {
	e.mu.RLock()
	defer e.mu.RUnlock()
	projects := make([]*engine.Project, len(e.ordered))
	for i, p := range e.ordered {
		projects[i] = engineOf(p.core)
	}
	return projects
}

// ServeHTTP serves the API, and the control endpoints under /_emulator/. Requests that came over the network must be
// for localhost, an IP address or one of [Config].Hosts.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := e.hosts.check(r); err != nil {
		engine.Failure(w, r, err)
		return
	}
	if r.URL.Path == "/_emulator" || strings.HasPrefix(r.URL.Path, "/_emulator/") {
		e.control.ServeHTTP(w, r)
		return
	}
	e.api.ServeHTTP(w, r)
}
