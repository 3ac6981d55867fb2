package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// snapshotVersion changes when older snapshots can no longer be read.
const snapshotVersion = 1

// snapshot is the encoded form of a project's state and inbox. It holds tokens and private keys.
type snapshot struct {
	Version int       `json:"version"`
	State   *state    `json:"state"`
	Inbox   []Message `json:"inbox"`
}

// Snapshot returns the project's state and messages as JSON, private keys and tokens included. Clock and faults are not
// part of it. Calls go on while it is encoded.
func (p *Project) Snapshot() ([]byte, error) {
	s := p.contents()
	slices.Reverse(s.Inbox)                          // oldest first
	return json.Marshal(s, json.Deterministic(true)) // indented, deep metadata would become huge
}

// contents returns copies of all records, the newest message first. What a record refers to is never changed in place.
func (p *Project) contents() snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return snapshot{Version: snapshotVersion, State: &state{
		Organizations: copies(p.state.Organizations), Members: copies(p.state.Members),
		Sessions: copies(p.state.Sessions), Intermediate: copies(p.state.Intermediate),
		MagicLinks: copies(p.state.MagicLinks), Passcodes: copies(p.state.Passcodes),
		Roles: p.state.Roles, Keys: copies(p.state.Keys),
	}, Inbox: p.inbox.Messages("")}
}

func copies[T any](records []*T) []*T {
	out := make([]*T, len(records))
	for i, r := range records {
		out[i] = new(*r)
	}
	return out
}

// Restore replaces state and messages by those of a snapshot, of this project or another. A snapshot that is invalid
// or exceeds the bounds in docs/EMULATOR.md changes nothing. One that is written by hand may omit lists: roles are then
// the default ones, a key is made when it is needed, and all else is empty. Settings that an organization omits have
// their defaults.
func (p *Project) Restore(data []byte) error {
	// In a snapshot, metadata and claims are three levels deeper than in a request.
	if tooDeep(data, maxDepth+3) {
		return errors.New("emulator: snapshot: nested too deeply")
	}
	s := snapshot{State: newState()}
	if err := decode(data, &s); err != nil {
		return fmt.Errorf("emulator: snapshot: %w", err)
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("emulator: snapshot: version %d, want %d", s.Version, snapshotVersion)
	}
	if s.State == nil {
		return errors.New("emulator: snapshot: no state")
	}
	if s.State.hasNil() {
		return errors.New("emulator: snapshot: a record is null")
	}
	s.State.fillDefaults()
	if err := cmp.Or(s.State.check(), s.State.parseKeys(), checkMessages(s.Inbox)); err != nil {
		return fmt.Errorf("emulator: snapshot: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.ids = s.State, p.ids.after(data)
	p.inbox.replace(s.Inbox)
	return nil
}

// hasNil reports whether a record is nil.
func (s *state) hasNil() bool {
	return slices.Contains(s.Organizations, nil) || slices.Contains(s.Members, nil) ||
		slices.Contains(s.Sessions, nil) || slices.Contains(s.Intermediate, nil) ||
		slices.Contains(s.MagicLinks, nil) || slices.Contains(s.Passcodes, nil) || slices.Contains(s.Keys, nil)
}

// fillDefaults sets the settings of organizations and the statuses of members that are empty.
func (s *state) fillDefaults() {
	for _, o := range s.Organizations {
		setDefaults(o)
	}
	for _, m := range s.Members {
		m.Status = cmp.Or(m.Status, organizations.MemberStatusPending)
	}
}

// setDefaults sets the settings of an organization that are empty.
func setDefaults(o *organizations.Organization) {
	d := defaultOrganization()
	o.SSOJITProvisioning = cmp.Or(o.SSOJITProvisioning, d.SSOJITProvisioning)
	o.EmailJITProvisioning = cmp.Or(o.EmailJITProvisioning, d.EmailJITProvisioning)
	o.OAuthTenantJITProvisioning = cmp.Or(o.OAuthTenantJITProvisioning, d.OAuthTenantJITProvisioning)
	o.EmailInvites = cmp.Or(o.EmailInvites, d.EmailInvites)
	o.AuthMethods = cmp.Or(o.AuthMethods, d.AuthMethods)
	o.MFAPolicy = cmp.Or(o.MFAPolicy, d.MFAPolicy)
	o.MFAMethods = cmp.Or(o.MFAMethods, d.MFAMethods)
	o.FirstPartyConnectedAppsAllowedType = cmp.Or(
		o.FirstPartyConnectedAppsAllowedType, d.FirstPartyConnectedAppsAllowedType)
	o.ThirdPartyConnectedAppsAllowedType = cmp.Or(
		o.ThirdPartyConnectedAppsAllowedType, d.ThirdPartyConnectedAppsAllowedType)
}

// parseKeys sets the private keys, and refuses keys that a project cannot have.
func (s *state) parseKeys() error {
	for _, k := range s.Keys {
		if err := k.parse(); err != nil {
			return fmt.Errorf("key %q: %w", k.KID, err)
		}
	}
	return nil
}

// checkMessages validates the messages of a snapshot.
func checkMessages(messages []Message) error {
	if len(messages) > maxMessages {
		return fmt.Errorf("there are more than %d messages", maxMessages)
	}
	ids := distinct{}
	for _, m := range messages {
		if err := ids.addIfSet("message", m.ID); err != nil {
			return err
		}
	}
	return checkBounds("inbox", reflect.ValueOf(messages))
}
